//! The language of the output.

use super::{Text, fill};

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Lang {
    /// 中文
    Zh,
    /// English
    En,
}

impl Lang {
    /// Returns the language of the user's locale: Chinese or English.
    pub fn from_locale() -> Self {
        Self::of_tag(sys_locale::get_locale().as_deref())
    }

    fn of_tag(locale: Option<&str>) -> Self {
        let is_chinese = |locale: &str| locale.get(..2).is_some_and(|two| two.eq_ignore_ascii_case("zh"));
        if locale.is_some_and(is_chinese) { Self::Zh } else { Self::En }
    }
}

impl Text {
    /// Returns the phrase in a language.
    pub const fn tell(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => self.zh,
            Lang::En => self.en,
        }
    }

    /// Returns the phrase in a language, with its places filled.
    pub fn fill(self, lang: Lang, values: &[(&str, &dyn std::fmt::Display)]) -> String {
        fill(self.tell(lang), values)
    }
}

#[cfg(test)]
mod tests {
    use super::Lang;

    #[test]
    fn chinese_locales_are_chinese() {
        for (locale, lang) in [
            ("zh-CN", Lang::Zh),
            ("zh_TW.UTF-8", Lang::Zh),
            ("ZH", Lang::Zh),
            ("en-US", Lang::En),
            ("C", Lang::En),
            ("", Lang::En),
        ] {
            assert_eq!(Lang::of_tag(Some(locale)), lang, "{locale}");
        }
        assert_eq!(Lang::of_tag(None), Lang::En);
    }
}
