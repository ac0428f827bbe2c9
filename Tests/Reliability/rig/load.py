"""The mixture of requests that runs stand under: what callers and upstreams do on ordinary and on bad days."""

import asyncio
import random
import time

from .callers import NATIVE, V1


def mixture(dice):
    """(arguments of Caller.ask) for one request."""
    words, size = dice.randint(1, 12), dice.randint(1, 12)
    usage = {"prompt": dice.randint(5, 25), "completion": words * size // 3 + 1}
    plan = {"do": "finish", "words": words, "size": size, "usage": usage, "pace": dice.choice((0, 0, 0, 0.01))}
    more = {"stream": dice.random() < 0.75, "path": dice.choice((V1, NATIVE)), "max_completion_tokens": 400}
    match dice.choices(
        ("finish", "no usage", "refuse", "early", "reset", "close", "error", "leave", "drain", "slow", "pair", "hasty"),
        (40, 8, 8, 3, 6, 3, 4, 8, 4, 8, 6, 4))[0]:
        case "no usage": plan["usage"] = None
        case "refuse": plan |= {"do": "refuse", "status": dice.choice((400, 401, 429, 500, 503))}
        case "early": plan["do"] = "early"
        case "reset" | "close" | "error" as how: plan |= {"do": how, "pace": 0.005}
        case "leave":
            plan |= {"words": 30, "pace": 0.01}
            more |= {"stream": True, "leave_bytes": dice.randint(1, 20 * size)}
        case "drain":
            plan |= {"words": 20, "pace": 0.01}
            more |= {"model": "drain", "stream": True, "leave_bytes": dice.randint(1, 10 * size)}
        case "slow": plan |= {"words": 60, "size": 24, "pace": dice.choice((0.03, 0.1, 0.2))}
        case "pair":
            plan["on"] = {"first": {"do": "refuse", "status": 503} if dice.random() < 0.7 else {"do": "early"}}
            more["model"] = "pair"
        case "hasty": more |= {"stream": True, "leave_after": dice.random() * 0.02}
    return plan, more


async def callers(house, lines, until, seed, pick=mixture):
    """Everyone asks again and again until the moment `until`, or until nobody answers any more."""
    async def one(caller, dice):
        while time.monotonic() < until:
            plan, more = pick(dice)
            seen = await caller.ask(plan, **more)
            if seen.status is None and not seen.left:
                # The server is gone, or has just cut this connection.
                caller.hang_up()
                await asyncio.sleep(0.02)
            elif seen.code == "insufficient_quota":
                return
            if dice.random() < 0.02:
                await caller.balance()

    await asyncio.gather(*(one(caller, random.Random(seed * 1000 + number)) for number, caller in enumerate(lines)))
    for caller in lines:
        caller.hang_up()
