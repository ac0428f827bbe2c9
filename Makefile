# One word for each thing one does here; how it is done is in Scripts/.
.PHONY: help run build test simulate model fuzz torture instructions bench bench-peers format lint
.DEFAULT_GOAL := help

help: ## these words
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 24

run: ## build a release binary and serve on 127.0.0.1:8080 (ARGS="--port 9000" are passed on)
	@exec Scripts/run $(ARGS)

build: ## build the release binary, one file: .build/release/minitoolai
	@Scripts/build

test: ## lint, build, every test: the rooms' own and the real clients'
	@Scripts/test

simulate: ## 100,000 seeded histories of the flow of money (SEED=7 replays one, ARGS="--seeds 1000")
	@SEED="$(SEED)" FAULT="$(FAULT)" Scripts/simulate $(ARGS)

torture: ## crash and fault runs, each with its figure in docs/reliability.md (ARGS="--only F1 --kills 50")
	@Scripts/torture $(ARGS)

instructions: ## instructions per request and event under callgrind; more than 5 % above the committed baseline fails
	@Scripts/instructions $(ARGS)

fuzz: ## every reader of strangers' bytes under libFuzzer, then the HTTP surface (SECONDS=60 each, TARGETS="json http", MERGE=1)
	@SECONDS_EACH="$(SECONDS)" TARGETS="$(TARGETS)" MERGE="$(MERGE)" Scripts/fuzz

model: ## search every state of the protocol's model, and of each mutant of it
	@Scripts/model

bench: ## beside nginx and haproxy in one run: requests/s, CPU, latency, memory, start (ARGS="--only json --rounds 1")
	@Scripts/bench $(ARGS)

bench-peers: ## the same, and beside LiteLLM where it can be installed
	@Scripts/bench --peers $(ARGS)

format: ## write every Swift file as .swift-format says
	@Scripts/format

lint: ## only say what make format would change
	@Scripts/lint
