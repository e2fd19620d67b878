//! How a workbook looks: formats, soft colours that a colour-blind reader tells apart, widths.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

use crate::{list::Status, message::Lang};

/// Deep blue of headings.
const INK: Color = Color::RGB(0x001F_3864);
/// Grey of what is said beside the point.
const PALE: Color = Color::RGB(0x0059_5959);
/// Hair lines between rows.
const LINE: Color = Color::RGB(0x00D9_D9D9);

/// The formats of a workbook, each made once.
pub(super) struct Look {
    pub(super) title: Format,
    pub(super) subtitle: Format,
    pub(super) section: Format,
    pub(super) small: Format,
    pub(super) head: Format,
    pub(super) text: Format,
    pub(super) port: Format,
    pub(super) number: Format,
    pub(super) time: Format,
    pub(super) strong: Format,
    statuses: [Format; 4],
}

impl Look {
    pub(super) fn new(lang: Lang) -> Self {
        let base = Format::new().set_font_size(10).set_align(FormatAlign::Top);
        let cell = base.clone().set_border_bottom(FormatBorder::Hair).set_border_bottom_color(LINE);
        let time = if lang == Lang::Vi { "dd/mm/yyyy hh:mm:ss" } else { "yyyy-mm-dd hh:mm:ss" };
        Self {
            title: base.clone().set_font_size(15).set_bold().set_font_color(INK),
            subtitle: base.clone().set_font_size(11).set_bold(),
            section: base.clone().set_font_size(12).set_bold().set_font_color(INK),
            small: base.clone().set_font_size(9).set_font_color(PALE).set_text_wrap(),
            head: head(&base),
            text: cell.clone().set_text_wrap(),
            port: cell.clone().set_align(FormatAlign::Left),
            number: cell.clone().set_num_format("#,##0").set_align(FormatAlign::Right).set_indent(1),
            time: cell.clone().set_num_format(time).set_align(FormatAlign::Left),
            strong: cell.clone().set_bold().set_text_wrap(),
            statuses: Status::ALL
                .map(|status| cell.clone().set_bold().set_indent(1).set_background_color(tint(status))),
        }
    }

    /// The coloured format of a status; the word in the cell says the same.
    pub(super) fn status(&self, status: Status) -> &Format {
        &self.statuses[status as usize]
    }

    /// The same as a box of the title block.
    pub(super) fn status_box(&self, status: Status) -> Format {
        self.status(status).clone().set_font_size(11).set_indent(0).set_align(FormatAlign::Center)
    }
}

fn head(base: &Format) -> Format {
    base.clone()
        .set_bold()
        .set_font_color(Color::White)
        .set_background_color(INK)
        .set_align(FormatAlign::VerticalCenter)
        .set_text_wrap()
}

/// Tints that differ in lightness as well as in hue, after Okabe and Ito's colours for colour-blind readers.
fn tint(status: Status) -> Color {
    match status {
        Status::New => Color::RGB(0x00FB_D9A5),
        Status::Still => Color::RGB(0x00FD_F5C4),
        Status::Back => Color::RGB(0x00E3_C3D6),
        Status::Gone => Color::RGB(0x00DC_EEF9),
    }
}
