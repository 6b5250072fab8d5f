//! The notation of the catalogue: a line is a phrase, its Chinese beside its English.

/// Declares phrases.
///
/// `NAME "中文" "English",` is a [`Text`](super::Text). `name(place, other) "中文 {place}…" "English {place}…",` is a
/// function from what fills the places to a [`Message`](super::Message): a place that nothing fills, or a value that
/// has no place in one of the languages, does not compile. The list of all is `ALL`, unless `in NAME;` in front calls
/// it otherwise.
macro_rules! phrases {
    (@ $name:ident $zh:literal $en:literal) => {
        pub const $name: $crate::text::Text = $crate::text::Text { zh: $zh, en: $en };
    };
    (@ $name:ident($($place:ident)+) $zh:literal $en:literal) => {
        pub fn $name($($place: impl $crate::text::Localized),+) -> $crate::text::Message {
            use $crate::text::Lang::{En, Zh};
            $crate::text::Message::new(
                format!($zh, $($place = $place.localized(Zh)),+),
                format!($en, $($place = $place.localized(En)),+),
            )
        }
    };
    (in $all:ident; $($name:ident $(($($place:ident),+))? $zh:literal $en:literal,)+) => {
        $($crate::text::phrases! { @ $name $(($($place)+))? $zh $en })+

        /// Every phrase by its name.
        pub const $all: &[(&str, $crate::text::Text)] =
            &[$((stringify!($name), $crate::text::Text { zh: $zh, en: $en }),)+];
        // Of most catalogues only the tests need the list.
        const _: &[(&str, $crate::text::Text)] = $all;
    };
    ($($name:ident $(($($place:ident),+))? $zh:literal $en:literal,)+) => {
        $crate::text::phrases! { in ALL; $($name $(($($place),+))? $zh $en,)+ }
    };
}
pub(crate) use phrases;
