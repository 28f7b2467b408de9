//! The colours and letters of the picture, by the names that the style sheet gives them.

/// A colour; `www/css/tokens.css` says which one, in each theme.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Paint {
    Surface,
    Band,
    Line,
    LineStrong,
    Ink,
    InkSoft,
    InkFaint,
    Accent,
    AccentSoft,
    New,
    NewSoft,
    NewInk,
    Pending,
    PendingSoft,
    PendingInk,
    Acked,
    AckedSoft,
    AckedInk,
    Dead,
    DeadSoft,
    DeadInk,
    Gone,
    Marker,
    OnMarker,
    Fault,
    FaultSoft,
    FaultInk,
}

impl Paint {
    /// Every colour, in the order of its number.
    pub const ALL: [Paint; 27] = [
        Paint::Surface,
        Paint::Band,
        Paint::Line,
        Paint::LineStrong,
        Paint::Ink,
        Paint::InkSoft,
        Paint::InkFaint,
        Paint::Accent,
        Paint::AccentSoft,
        Paint::New,
        Paint::NewSoft,
        Paint::NewInk,
        Paint::Pending,
        Paint::PendingSoft,
        Paint::PendingInk,
        Paint::Acked,
        Paint::AckedSoft,
        Paint::AckedInk,
        Paint::Dead,
        Paint::DeadSoft,
        Paint::DeadInk,
        Paint::Gone,
        Paint::Marker,
        Paint::OnMarker,
        Paint::Fault,
        Paint::FaultSoft,
        Paint::FaultInk,
    ];

    /// The custom property that holds it.
    pub fn token(self) -> &'static str {
        match self {
            Paint::Surface => "--surface",
            Paint::Band => "--band",
            Paint::Line => "--line",
            Paint::LineStrong => "--line-strong",
            Paint::Ink => "--ink",
            Paint::InkSoft => "--ink-soft",
            Paint::InkFaint => "--ink-faint",
            Paint::Accent => "--accent",
            Paint::AccentSoft => "--accent-soft",
            Paint::New => "--new",
            Paint::NewSoft => "--new-soft",
            Paint::NewInk => "--new-ink",
            Paint::Pending => "--pending",
            Paint::PendingSoft => "--pending-soft",
            Paint::PendingInk => "--pending-ink",
            Paint::Acked => "--acked",
            Paint::AckedSoft => "--acked-soft",
            Paint::AckedInk => "--acked-ink",
            Paint::Dead => "--dead",
            Paint::DeadSoft => "--dead-soft",
            Paint::DeadInk => "--dead-ink",
            Paint::Gone => "--gone",
            Paint::Marker => "--marker",
            Paint::OnMarker => "--on-marker",
            Paint::Fault => "--fault",
            Paint::FaultSoft => "--fault-soft",
            Paint::FaultInk => "--fault-ink",
        }
    }
}

/// The letters of a label.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Font {
    /// Names of streams, groups and consumers.
    Name,
    /// Explanations.
    Note,
    /// What an entry holds.
    Text,
    /// Ids and numbers.
    Mono,
    /// The number in a badge.
    Badge,
}

impl Font {
    /// Every font.
    pub const ALL: [Font; 5] = [Font::Name, Font::Note, Font::Text, Font::Mono, Font::Badge];

    /// As CSS `font`, without the family.
    pub fn size(self) -> &'static str {
        match self {
            Font::Name => "600 13px",
            Font::Note => "11px",
            Font::Text => "500 12px",
            Font::Mono => "10px",
            Font::Badge => "700 10px",
        }
    }

    /// The custom property that holds the family.
    pub fn family_token(self) -> &'static str {
        if self == Font::Mono { "--mono" } else { "--font" }
    }

    /// About how wide a letter is, in pixels: labels are fitted without asking the browser.
    pub fn letter_px(self) -> f32 {
        match self {
            Font::Name => 7.4,
            Font::Note => 5.9,
            Font::Text => 6.6,
            Font::Mono => 6.1,
            Font::Badge => 6.2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_is_a_token_of_the_style_sheet() {
        let css = include_str!("../../www/css/tokens.css");
        for (idx, paint) in Paint::ALL.into_iter().enumerate() {
            assert_eq!(paint as usize, idx);
            let declared = format!("\n  {}: light-dark(", paint.token());
            assert!(css.contains(&declared), "tokens.css lacks {}", paint.token());
            let forced = format!("\n    {}: ", paint.token());
            assert!(css.contains(&forced), "{} has no system colour", paint.token());
        }
    }
}
