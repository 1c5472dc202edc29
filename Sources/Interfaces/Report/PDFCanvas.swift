import CCairo
import Foundation

/// A PDF that is drawn page by page, in points from the upper left corner of an A4 page.
///
/// Text is DejaVu Sans where it is installed, else whatever the system takes for it.
final class PDFCanvas {
    static let width = 595.0, height = 842.0

    enum Colour {
        case ink, soft, line, bad, fair, good, screw, panel

        fileprivate var rgb: (Double, Double, Double) {
            switch self {
            case .ink: (0.11, 0.14, 0.19)
            case .soft: (0.36, 0.40, 0.47)
            case .line: (0.80, 0.83, 0.87)
            case .bad: (0.70, 0.15, 0.12)
            case .fair: (0.60, 0.40, 0)
            case .good: (0.04, 0.49, 0.31)
            case .screw: (0, 0.9, 1)
            case .panel: (0.96, 0.97, 0.98)
            }
        }
    }

    /// Where cairo's bytes go; it lives as long as the canvas, whose surface alone writes to it.
    private final class Sink { var data = Data() }

    private let sink = Sink()
    private let surface: OpaquePointer
    private let context: OpaquePointer
    private(set) var pages = 0

    /// - Parameter date: what the file gives as the time at which it was made.
    /// - Throws: `ReportError.documentNotDrawn`.
    init(title: String, date: Date) throws(ReportError) {
        let write: cairo_write_func_t = { sink, bytes, count in
            guard let sink, let bytes else { return CAIRO_STATUS_WRITE_ERROR }
            Unmanaged<Sink>.fromOpaque(sink).takeUnretainedValue().data.append(bytes, count: Int(count))
            return CAIRO_STATUS_SUCCESS
        }
        guard
            let surface = cairo_pdf_surface_create_for_stream(
                write, Unmanaged.passUnretained(sink).toOpaque(), Self.width, Self.height),
            let context = cairo_create(surface)
        else { throw .documentNotDrawn(reason: "cairo gives no surface") }
        (self.surface, self.context) = (surface, context)
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, Self.clean(title))
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Stylet")
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, date.formatted(.iso8601))
    }

    deinit {
        cairo_destroy(context)
        cairo_surface_destroy(surface)
    }

    /// The finished file; nothing can be drawn afterwards.
    func finish() throws(ReportError) -> Data {
        cairo_surface_finish(surface)
        let status = cairo_surface_status(surface)
        guard status == CAIRO_STATUS_SUCCESS else {
            throw .documentNotDrawn(reason: String(cString: cairo_status_to_string(status)))
        }
        return sink.data
    }

    func endPage() {
        cairo_show_page(context)
        pages += 1
    }

    /// Control characters have no shape, and cairo refuses a text with a zero in it.
    private static func clean(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 32 || $0.value == 127 ? "\u{FFFD}" : $0 }))
    }

    private func set(_ colour: Colour) {
        let (r, g, b) = colour.rgb
        cairo_set_source_rgb(context, r, g, b)
    }

    private func select(_ size: Double, bold: Bool) {
        cairo_select_font_face(
            context, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL)
        cairo_set_font_size(context, size)
    }

    func measure(_ text: String, size: Double, bold: Bool = false) -> Double {
        select(size, bold: bold)
        var extents = cairo_text_extents_t()
        cairo_text_extents(context, Self.clean(text), &extents)
        return extents.x_advance
    }

    /// One line with its baseline at `y`; cut with an ellipsis where it is longer than `width`.
    func text(
        _ text: String, x: Double, y: Double, size: Double = 9, bold: Bool = false, colour: Colour = .ink,
        width: Double = .infinity
    ) {
        var shown = Self.clean(text)
        if measure(shown, size: size, bold: bold) > width {
            while !shown.isEmpty, measure(shown + "…", size: size, bold: bold) > width { shown.removeLast() }
            shown += "…"
        }
        select(size, bold: bold)
        set(colour)
        cairo_move_to(context, x, y)
        cairo_show_text(context, shown)
    }

    /// Lines of words no wider than `width`.
    func wrapped(_ text: String, size: Double, width: Double) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            let longer = line.isEmpty ? String(word) : line + " " + word
            if !line.isEmpty, measure(longer, size: size) > width {
                lines.append(line)
                line = String(word)
            } else {
                line = longer
            }
        }
        return line.isEmpty ? lines : lines + [line]
    }

    func rule(y: Double, from x: Double, to end: Double) {
        set(.line)
        cairo_set_line_width(context, 0.6)
        cairo_move_to(context, x, y)
        cairo_line_to(context, end, y)
        cairo_stroke(context)
    }

    func box(x: Double, y: Double, width: Double, height: Double, colour: Colour) {
        set(colour)
        cairo_rectangle(context, x, y, width, height)
        cairo_fill(context)
    }

    /// A picture, `width` points wide.
    func picture(_ image: RGBImage, x: Double, y: Double, width: Double) {
        let stride = Int(cairo_format_stride_for_width(CAIRO_FORMAT_RGB24, Int32(image.width)))
        guard stride >= image.width * 4,
            let pixels = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(image.width), Int32(image.height))
        else { return }
        defer { cairo_surface_destroy(pixels) }
        cairo_surface_flush(pixels)
        guard let bytes = cairo_image_surface_get_data(pixels) else { return }
        for row in 0..<image.height {
            for column in 0..<image.width {
                let c = image[column, row]
                let word = UInt32(c.x) << 16 | UInt32(c.y) << 8 | UInt32(c.z)
                UnsafeMutableRawPointer(bytes).storeBytes(
                    of: word, toByteOffset: row * stride + column * 4, as: UInt32.self)
            }
        }
        cairo_surface_mark_dirty(pixels)
        cairo_save(context)
        cairo_translate(context, x, y)
        cairo_scale(context, width / Double(image.width), width / Double(image.width))
        cairo_set_source_surface(context, pixels, 0, 0)
        cairo_paint(context)
        cairo_restore(context)
    }

    /// A closed line through places.
    func polygon(_ places: [(x: Double, y: Double)], colour: Colour, lineWidth: Double = 0.8) {
        guard let first = places.first else { return }
        set(colour)
        cairo_set_line_width(context, lineWidth)
        cairo_move_to(context, first.x, first.y)
        for p in places.dropFirst() { cairo_line_to(context, p.x, p.y) }
        cairo_close_path(context)
        cairo_stroke(context)
    }

    func circle(x: Double, y: Double, radius: Double, colour: Colour) {
        set(colour)
        cairo_set_line_width(context, 0.8)
        cairo_new_sub_path(context)
        cairo_arc(context, x, y, radius, 0, 2 * .pi)
        cairo_stroke(context)
    }

    /// What is drawn inside stays within a rectangle.
    func clipped(x: Double, y: Double, width: Double, height: Double, _ body: () -> Void) {
        cairo_save(context)
        cairo_rectangle(context, x, y, width, height)
        cairo_clip(context)
        body()
        cairo_restore(context)
    }
}
