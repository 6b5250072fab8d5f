//! How the catalogue is written: a line is a phrase, its Chinese beside its English.

/// Declares phrases: `NAME "中文" "English",` is a [`Text`](super::Text).
macro_rules! phrases {
    ($($name:ident $zh:literal $en:literal,)+) => {
        $(pub const $name: $crate::text::Text = $crate::text::Text { zh: $zh, en: $en };)+

        /// Every phrase by its name, for the tests.
        #[cfg(test)]
        pub const ALL: &[(&str, $crate::text::Text)] = &[$((stringify!($name), $name),)+];
    };
}
pub(crate) use phrases;
