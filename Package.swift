// swift-tools-version: 6.2
import PackageDescription

/// What every target is compiled with. Layers are held by the dependency lists below: the build is run with
/// `--explicit-target-dependency-import-check error`, so an import that a target does not declare fails.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// For the rooms where money is decided: two accesses to one variable at once end the process there in release builds too. `Scripts/build`
/// leaves that check out of all other code, where it is a tenth of a request's instructions; debug builds, which every test and fault run
/// uses, have it everywhere.
let watched = settings + [.unsafeFlags(["-Xfrontend", "-enforce-exclusivity=checked"], .when(configuration: .release))]

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// A room of the house: a library target, named by rank and by what it may know.
func room(
    _ name: String, in floor: String, _ dependencies: [Target.Dependency], settings: [SwiftSetting] = settings
) -> Target {
    .target(name: name, dependencies: dependencies, path: "Sources/\(floor)/\(name)", swiftSettings: settings)
}

func tests(of name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: dependencies, path: "Tests/\(name)Tests", resources: resources,
        swiftSettings: settings)
}

let package = Package(
    name: "minitoolai",
    products: [.library(name: "Fuzzing", type: .static, targets: ["Fuzzing"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: [
        // Rank 0 and 1: pure. They know no socket, no database, no clock.
        room("Units", in: "Domain", []),
        room("Inference", in: "Domain", ["Units", nioCore]),
        room("Commerce", in: "Domain", ["Units"], settings: watched),
        // Rank 2: the public bytes, and the order of things.
        room("Wire", in: "Flow", ["Units", "Inference", nioCore]),
        room(
            "Gateway", in: "Flow", ["Units", "Inference", "Commerce", nioCore, crypto, cryptoExtras, logging],
            settings: watched),
        // Rank 3: one outside each.
        room(
            "Engines", in: "Adapters",
            ["Units", "Inference", "Wire", "CSpawn", nioCore, nioPosix, nioSSL, nioTLS, logging]),
        .systemLibrary(name: "CSpawn", path: "Sources/Adapters/CSpawn"),
        room(
            "SQLiteStores", in: "Adapters", ["Units", "Inference", "Commerce", "CSQLiteOptions", grdb, sqlite, crypto],
            settings: watched),
        room("Payments", in: "Adapters", ["Units", "Commerce", "Inference", "Engines", "Wire", nioCore, crypto]),
        room("Pictures", in: "Adapters", ["Inference", "CDeflate", "CPNG", "CTurboJPEG", "CWebP"]),
        .systemLibrary(name: "CDeflate", path: "Sources/Adapters/CDeflate"),
        .systemLibrary(name: "CPNG", path: "Sources/Adapters/CPNG"),
        .systemLibrary(name: "CTurboJPEG", path: "Sources/Adapters/CTurboJPEG"),
        .systemLibrary(name: "CWebP", path: "Sources/Adapters/CWebP"),
        room("Audio", in: "Adapters", ["Inference", "CAACEncoder", "CSoxr", nioCore]),
        .systemLibrary(name: "CAACEncoder", path: "Sources/Adapters/CAACEncoder"),
        .systemLibrary(name: "CSoxr", path: "Sources/Adapters/CSoxr"),
        room("BlobStores", in: "Adapters", ["Units", "Inference", nioCore, nioPosix, nioHTTP1, nioSSL, crypto]),
        .systemLibrary(name: "CMimalloc", path: "Sources/Adapters/CMimalloc"),
        .systemLibrary(name: "CSQLiteOptions", path: "Sources/Adapters/CSQLiteOptions"),
        // Rank 4: the faces.
        room(
            "API", in: "Faces",
            ["Units", "Inference", "Commerce", "Wire", "Gateway", nioCore, nioPosix, nioHTTP1, hummingbird, logging]),
        .target(
            name: "Console",
            dependencies: ["Units", "Inference", "Commerce", "Wire", "Gateway", nioCore, crypto, mustache, logging],
            path: "Sources/Faces/Console",
            resources: [
                .embedInCode("Assets"), .embedInCode("Templates"), .embedInCode("Texts"),
                .embedInCode("Docs/Pages"), .embedInCode("Docs/Samples"), .embedInCode("Docs/openapi.mustache"),
            ], swiftSettings: settings),
        room("CLI", in: "Faces", ["Units", "Wire", argumentParser, nioCore, nioPosix, nioHTTP1, nioSSL]),
        // Rank 5: the only place that sees everything.
        .executableTarget(
            name: "minitoolai",
            dependencies: [
                "Units", "Inference", "Commerce", "Wire", "Gateway", "Engines", "SQLiteStores", "Pictures", "Audio", "BlobStores",
                "Payments", "API", "Console", "CLI", "CMimalloc", argumentParser, yams, nioCore, nioPosix, crypto, logging,
            ],
            path: "Sources/minitoolai", swiftSettings: settings),
        .target(
            name: "TestKit", dependencies: ["Units", "Inference", "Commerce", "Wire", "Gateway", nioCore, nioPosix],
            path: "Sources/TestKit", swiftSettings: settings),
        // Nothing of the product: what `make bench` measures the ledger with.
        .executableTarget(
            name: "ledger-benchmark",
            dependencies: [
                "Units", "Commerce", "Gateway", "SQLiteStores", "TestKit", "CMimalloc", argumentParser, logging, nioCore,
            ],
            path: "Benchmarks/Ledger", swiftSettings: settings),
        // The flow on virtual time: not part of the product, but built like it, since it runs a hundred thousand times.
        .target(
            name: "Simulation",
            dependencies: ["Units", "Inference", "Commerce", "Gateway", "TestKit", nioCore, logging],
            path: "Sources/Simulation", swiftSettings: settings),
        .executableTarget(
            name: "simulate", dependencies: ["Simulation", argumentParser], path: "Sources/simulate", swiftSettings: settings),
        // What must be true of every reader of strangers' bytes: run by `make fuzz` under libFuzzer, and by the tests.
        .target(
            name: "Fuzzing",
            dependencies: ["API", "Engines", "Payments", "Wire", "Commerce", "Inference", "Units", nioCore, crypto],
            path: "Sources/Fuzzing",
            swiftSettings: settings),
        tests(of: "Units", ["Units", "TestKit"]),
        tests(of: "Inference", ["Inference", "Units", nioCore]),
        tests(of: "Commerce", ["Commerce", "Units", "TestKit"]),
        tests(of: "Wire", ["Wire", "Inference", "Units", "TestKit", nioCore]),
        tests(
            of: "Gateway", ["Gateway", "Commerce", "Inference", "Units", "SQLiteStores", "TestKit", nioCore, nioPosix, crypto]),
        tests(of: "Engines", ["Engines", "Wire", "Inference", "Units", "TestKit", nioCore, nioPosix, nioSSL, nioEmbedded]),
        tests(of: "Pictures", ["Pictures", "Inference", "CTurboJPEG", "CWebP", "TestKit"]),
        tests(of: "Audio", ["Audio", "Inference", "TestKit", nioCore]),
        tests(of: "BlobStores", ["BlobStores", "Inference", "Units", "TestKit", nioCore, nioPosix, nioSSL, crypto]),
        tests(of: "SQLiteStores", ["SQLiteStores", "Commerce", "Inference", "Units", "TestKit", grdb, crypto]),
        tests(
            of: "API",
            [
                "API", "Gateway", "Engines", "SQLiteStores", "Wire", "Commerce", "Inference", "Units", "TestKit", nioCore,
                nioPosix, nioHTTP1,
            ]),
        tests(
            of: "CLI",
            [
                "CLI", "API", "Gateway", "SQLiteStores", "Wire", "Commerce", "Inference", "Units", "TestKit", argumentParser,
                nioCore, nioPosix, nioHTTP1, logging,
            ]),
        tests(of: "Configuration", ["minitoolai", "CLI", "Commerce", "Engines", "Inference", "Units", "Wire"]),
        tests(of: "Simulation", ["Simulation"]),
        tests(of: "Fuzzing", ["Fuzzing", "Engines", "Wire", "Inference", "Units", "TestKit", nioCore]),
        tests(of: "Console", ["Console"]),
        tests(of: "Payments", ["Payments", "Commerce", "Engines", "Units", crypto]),
        tests(of: "Tidy", []),
    ]
)
