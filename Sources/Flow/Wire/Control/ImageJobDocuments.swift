/// `image jobs list`: what is not over, and what ended last. Never what was to be painted.
package struct ImageJobsDocument: Codable, Hashable, Sendable {
    /// Those that are not over, oldest first; after them those that are, newest first.
    package let jobs: [ImageJobDocument]
    /// Further jobs that are not over and were left out.
    package let unlisted: Int

    package init(jobs: [ImageJobDocument], unlisted: Int) {
        self.jobs = jobs
        self.unlisted = unlisted
    }
}

/// One job. Members that do not apply are null.
package struct ImageJobDocument: Codable, Hashable, Sendable {
    package let id: Int64
    /// The account's name.
    package let account: String
    package let accountId: String
    /// `live` or `test`.
    package let mode: String
    package let model: String
    /// `queued`, `running`, `finished`, `failed` or `cancelled`.
    package let state: String
    /// Who paints it, or has.
    package let engine: String?
    /// Since when an engine is at it.
    package let since: String?
    /// 0...1, of a running one.
    package let progress: Double?
    /// Of a queued one: 1 for the next.
    package let position: Int?
    /// How often an engine has taken it.
    package let attempts: Int
    package let submitted: String
    package let ended: String?
    /// What was charged for it; while it is not over, what is held. Decimal US dollars.
    package let cost: String
    /// Why it failed.
    package let message: String?

    package init(
        id: Int64, account: String, accountId: String, mode: String, model: String, state: String, engine: String?,
        since: String?, progress: Double?, position: Int?, attempts: Int, submitted: String, ended: String?, cost: String,
        message: String?
    ) {
        self.id = id
        self.account = account
        self.accountId = accountId
        self.mode = mode
        self.model = model
        self.state = state
        self.engine = engine
        self.since = since
        self.progress = progress
        self.position = position
        self.attempts = attempts
        self.submitted = submitted
        self.ended = ended
        self.cost = cost
        self.message = message
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(account, forKey: .account)
        try container.encode(accountId, forKey: .accountId)
        try container.encode(mode, forKey: .mode)
        try container.encode(model, forKey: .model)
        try container.encode(state, forKey: .state)
        try container.encode(engine, forKey: .engine)
        try container.encode(since, forKey: .since)
        try container.encode(progress, forKey: .progress)
        try container.encode(position, forKey: .position)
        try container.encode(attempts, forKey: .attempts)
        try container.encode(submitted, forKey: .submitted)
        try container.encode(ended, forKey: .ended)
        try container.encode(cost, forKey: .cost)
        try container.encode(message, forKey: .message)
    }
}

/// `image jobs show`, and `image jobs cancel`: the job with what was asked for.
package struct ImageJobOrderDocument: Codable, Hashable, Sendable {
    package let job: ImageJobDocument
    package let key: String
    package let prompt: String
    /// Empty: none.
    package let negativePrompt: String
    package let scheduler: String
    package let steps: Int
    package let cfgScale: Double
    package let width: Int
    package let height: Int
    package let seed: Int64
    package let format: String
    /// When it fails, whatever happens.
    package let deadline: String

    package init(
        job: ImageJobDocument, key: String, prompt: String, negativePrompt: String, scheduler: String, steps: Int,
        cfgScale: Double, width: Int, height: Int, seed: Int64, format: String, deadline: String
    ) {
        self.job = job
        self.key = key
        self.prompt = prompt
        self.negativePrompt = negativePrompt
        self.scheduler = scheduler
        self.steps = steps
        self.cfgScale = cfgScale
        self.width = width
        self.height = height
        self.seed = seed
        self.format = format
        self.deadline = deadline
    }
}
