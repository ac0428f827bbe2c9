import Inference

/// A picture on its way: painted from the top, as many rows at a time as are asked for.
struct SandboxPainting {
    private let brush: SandboxBrush
    private var pixels: [UInt8]
    private var nextRow = 0

    init(of scene: SandboxScene) {
        brush = SandboxBrush(scene)
        pixels = [UInt8](repeating: 0, count: scene.width * scene.height * 3)
    }

    /// Paints on, down to `row`, which is not painted.
    mutating func paint(to row: Int) {
        let scene = brush.scene
        let rows = nextRow..<max(nextRow, min(row, scene.height))
        pixels.withUnsafeMutableBufferPointer { pixels in
            guard let start = pixels.baseAddress else { return }
            for y in rows { brush.paint(y, start + y * scene.width * 3) }
        }
        nextRow = rows.upperBound
    }

    /// With what is left of it, and the caption.
    consuming func finished() -> Picture {
        let scene = brush.scene
        paint(to: scene.height)
        SandboxCaption(scene.caption, width: scene.width).write(on: &pixels, height: scene.height)
        return Picture(width: scene.width, height: scene.height, pixels: pixels)
    }
}
