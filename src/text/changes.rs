//! Names of the words of a comparison.

use super::Text;
use crate::schema::vocabulary::{Change, Compared};

impl Change {
    /// Name for people.
    pub const fn name(self) -> Text {
        match self {
            Self::Resolved => Text { zh: "已解决", en: "resolved" },
            Self::New => Text { zh: "新增", en: "new" },
            Self::Worse => Text { zh: "加重", en: "worse" },
            Self::Improved => Text { zh: "减轻", en: "improved" },
            Self::Changed => Text { zh: "有变化", en: "changed" },
            Self::Unchanged => Text { zh: "未变", en: "unchanged" },
            Self::Gone => Text { zh: "已消失", en: "gone" },
            Self::Added => Text { zh: "新出现，无需处理", en: "added, no action" },
        }
    }
}

impl Compared {
    /// Name of several for people.
    pub const fn name(self) -> Text {
        match self {
            Self::Relation => Text { zh: "客户关系", en: "relations" },
            Self::Group => Text { zh: "客户群", en: "groups" },
            Self::JoinCode => Text { zh: "活码", en: "join codes" },
            Self::Finding => Text { zh: "发现", en: "findings" },
        }
    }
}
