import Inference
import Testing
import Wire

@testable import Engines

@Suite struct `Waiting for a job at ComfyUI` {
    private var watch: ComfyUIWatch { ComfyUIWatch(grace: .seconds(2), patience: .seconds(20), limit: .seconds(300)) }

    private func file(_ name: String = "a.png") throws -> ComfyUIFile {
        try #require(ComfyUIFile(["filename": .string(name), "type": "temp"]))
    }

    @Test func `ends with its picture, wherever the queue says it is`() throws {
        for place in [ComfyUIQueue.Place.running, .waiting(ahead: 3), .absent] {
            var watch = watch
            #expect(watch.saw(.painted(try file()), place, at: .seconds(1)) == .fetch(try file()))
        }
    }

    @Test func `outlasts a moment in which it is nowhere`() throws {
        var watch = watch
        #expect(watch.saw(.unknown, .running, at: .seconds(1)) == .wait)
        #expect(watch.saw(.unknown, .absent, at: .seconds(2)) == .wait)
        #expect(watch.saw(.unknown, .absent, at: .milliseconds(3999)) == .wait)
        #expect(watch.saw(.painted(try file()), .absent, at: .seconds(4)) == .fetch(try file()))
    }

    @Test func `ends when it is nowhere for long`() {
        var watch = watch
        #expect(watch.saw(.unknown, .absent, at: .seconds(1)) == .wait)
        guard case .fail(let failure) = watch.saw(.unknown, .absent, at: .seconds(3)) else {
            Issue.record("it is lost")
            return
        }
        #expect(failure.kind == .lost)
    }

    @Test func `counts absences anew when it is seen again`() {
        var watch = watch
        #expect(watch.saw(.unknown, .absent, at: .seconds(1)) == .wait)
        #expect(watch.saw(.unknown, .waiting(ahead: 1), at: .seconds(2)) == .wait)
        #expect(watch.runningSince == nil)
        #expect(watch.saw(.unknown, .absent, at: .seconds(4)) == .wait)
        #expect(watch.saw(.unknown, .running, at: .seconds(5)) == .wait)
        #expect(watch.saw(.unknown, .running, at: .seconds(9)) == .wait)
        #expect(watch.runningSince == .seconds(5))
    }

    @Test(arguments: [ComfyUIQueue.Place.running, .waiting(ahead: 9)])
    func `ends when it takes too long, unless its picture is there`(place: ComfyUIQueue.Place) throws {
        var watch = watch
        #expect(watch.saw(.unknown, place, at: .milliseconds(299_999)) == .wait)
        guard case .fail(let failure) = watch.saw(.unknown, place, at: .seconds(300)) else {
            Issue.record("it is too late")
            return
        }
        #expect(failure.kind == .timedOut)
        #expect(watch.saw(.painted(try file()), place, at: .seconds(301)) == .fetch(try file()))
    }

    @Test(arguments: [
        (ImageFailure.Kind.lost, true), (.timedOut, true), (.busy, true), (.broken, false), (.wrongResult, false),
        (.cancelled, false),
        (.refused, false),
    ])
    func `is patient with a server that does not answer`(kind: ImageFailure.Kind, isPatient: Bool) {
        var watch = watch
        let failure = ImageFailure(kind, detail: "x")
        #expect(watch.saw(.unknown, .running, at: .seconds(5)) == .wait)
        #expect(watch.heardNothing(failure, at: .milliseconds(24_999)) == (isPatient ? .wait : .fail(failure)))
        #expect(watch.heardNothing(failure, at: .seconds(25)) == .fail(failure))
    }

    @Test(arguments: [
        (true, [ComfyUIQueue.Place.absent], [ComfyUIGoodbye.Step.forget]),
        (true, [.waiting(ahead: 0), .absent], [.dequeue, .forget]),
        (true, [.running, .running, .absent], [.interrupt, .wait, .forget]),
        // Its turn came before it was taken out.
        (true, [.waiting(ahead: 0), .running, .running, .absent], [.dequeue, .interrupt, .wait, .forget]),
        // It was on its way into the queue.
        (false, [.absent, .waiting(ahead: 1), .absent], [.wait, .dequeue, .forget]),
        (false, [.absent, .absent], [.wait, .forget]),
    ])
    func `is given up wherever it stands`(isNamed: Bool, places: [ComfyUIQueue.Place], steps: [ComfyUIGoodbye.Step]) {
        var goodbye = ComfyUIGoodbye(isNamed: isNamed)
        #expect(places.map { goodbye.saw($0) } == steps)
    }

    @Test func `guesses its progress from how long others took`() {
        var pace = ComfyUIPace()
        let prompt = ImagePrompt(model: "m", prompt: "p", scheduler: .euler, steps: 4, width: 1000, height: 1000)
        let blind = [0, 1, 10, 1000].map { pace.progress(of: prompt, runningFor: .seconds($0)) }
        #expect(blind == blind.sorted() && blind[0] == 0 && blind[3] <= 0.95)
        pace.note(prompt, took: .seconds(8))
        #expect(pace.progress(of: prompt, runningFor: .seconds(4)) == 0.5)
        #expect(pace.progress(of: prompt, runningFor: .seconds(400)) == 0.95)
        var twice = prompt
        twice.scheduler = .heun
        #expect(pace.progress(of: twice, runningFor: .seconds(4)) == 0.25)
        pace.note(prompt, took: .seconds(4))
        #expect(pace.progress(of: prompt, runningFor: .seconds(3)) == 0.5)
    }
}

@Suite struct `What ComfyUI says of a job` {
    private func history(_ entry: String) throws -> ComfyUIHistory {
        ComfyUIHistory(try JSONValue(parsing: #"{"id":\#(entry)}"#), id: "id")
    }

    @Test(arguments: [
        #"{"outputs":{"9":{"images":[{"filename":"a.png","subfolder":"","type":"temp"}]}},"status":{"status_str":"success"}}"#,
        #"{"outputs":{"9":{"images":[{"filename":"a.png","type":"temp"}]}},"status":null}"#,
        #"{"outputs":{"9":{"images":[{"filename":"a.png","type":"temp"},{"filename":"b.png"}]}}}"#,
    ])
    func `is its picture, in old formats and new`(entry: String) throws {
        #expect(try history(entry) == .painted(try #require(ComfyUIFile(["filename": "a.png", "type": "temp"]))))
    }

    @Test(arguments: [
        (#"{"outputs":{},"status":{"status_str":"success","completed":true,"messages":[]}}"#, ImageFailure.Kind.wrongResult),
        (#"{"outputs":{"9":{"images":[]}},"status":{"completed":true}}"#, .wrongResult),
        (#"{"outputs":{"9":{"images":[{"filename":""}]}}}"#, .wrongResult), ("7", .wrongResult),
        (#"{"status":{"status_str":"error"}}"#, .broken),
        (#"{"status":{"status_str":"error","messages":[7,[],["x"]]}}"#, .broken),
        (#"{"status":{"status_str":"error","messages":[["execution_interrupted",{}]]}}"#, .broken),
        (#"{"status":{"status_str":"error","messages":[["execution_error",{"exception_type":"RecursionError"}]]}}"#, .refused),
        (#"{"status":{"status_str":"error","messages":[["execution_error",{"exception_type":"a prompt's words"}]]}}"#, .broken),
        (
            #"{"outputs":{"9":{"images":[{"filename":"half.png"}]}},"status":{"status_str":"error","messages":[["execution_error",{}]]}}"#,
            .broken
        ),
    ])
    func `is why there is none`(entry: String, kind: ImageFailure.Kind) throws {
        guard case .failed(let failure) = try history(entry) else {
            Issue.record("\(try history(entry))")
            return
        }
        #expect(failure.kind == kind)
        #expect(!failure.detail.contains("words"))
    }

    @Test func `names the exception, and when memory is out`() throws {
        for (type, words) in [
            ("torch.OutOfMemoryError", "out of memory: torch.OutOfMemoryError at KSampler"),
            ("ValueError", "failed: ValueError at KSampler"),
        ] {
            let entry =
                #"{"status":{"status_str":"error","messages":[["execution_error",{"exception_type":"\#(type)","node_type":"KSampler"}]]}}"#
            #expect(try history(entry) == .failed(ImageFailure(.broken, detail: words)))
        }
    }

    @Test(arguments: ["{}", #"{"other":{"outputs":{}}}"#])
    func `is nothing while it is not finished`(document: String) throws {
        #expect(ComfyUIHistory(try JSONValue(parsing: document), id: "id") == .unknown)
        #expect(try history(#"{"outputs":{},"status":{"status_str":"?","completed":false}}"#) == .unknown)
    }

    @Test func `is where it stands in the queue, which is in no order`() throws {
        let document = """
            {"queue_running":[[3,"r",{},{"client_id":"c-r"},[]]],"queue_pending":[[9,"z",{},{},[]],[-1,"front",{},{},[]],[7.5,"own",{},\
            {"client_id":"c"},[]],[5,"a",{},{},[]],["x"],7]}
            """
        let queue = try #require(ComfyUIQueue(try JSONValue(parsing: document)))
        #expect(queue.place(of: "r") == .running)
        #expect(queue.place(of: "own") == .waiting(ahead: 3))
        #expect(queue.place(of: "front") == .waiting(ahead: 1))
        #expect(queue.place(of: "nobody") == .absent)
        #expect(queue.id(submittedBy: "c") == "own")
        #expect(queue.id(submittedBy: "c-r") == "r")
        #expect(queue.id(submittedBy: "nobody") == nil)
        #expect(ComfyUIQueue(["queue_running": []]) == nil)
    }

    @Test(arguments: [
        (
            ComfyUIFile(["filename": "a b&c=é.png", "subfolder": "x/y", "type": "temp"]),
            "/view?filename=a%20b%26c%3D%C3%A9.png&subfolder=x%2Fy&type=temp"
        ),
        (ComfyUIFile(["filename": "a.png"]), "/view?filename=a.png&subfolder=&type=output"),
        (ComfyUIFile(["filename": "\r\nx: y"]), "/view?filename=%0D%0Ax%3A%20y&subfolder=&type=output"),
    ])
    func `is a file, asked for by an escaped name`(file: ComfyUIFile?, target: String) {
        #expect(file?.target == target)
    }

    @Test func `is no file when its name is longer than names are`() {
        #expect(ComfyUIFile(["filename": .string(String(repeating: "a", count: 1025))]) == nil)
    }
}
