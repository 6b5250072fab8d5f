//! The words of the vocabularies, as people call them. The code of a word is always shown beside its name.

use super::Text;
use crate::schema::vocabulary::{
    Advice, Assessment, BillingVerdict, CodeVerdict, Coverage, Grain, GroupMatchMethod, GroupOutcome, GroupReason,
    GroupScope, MatchMethod, NoPart, Observed, Origin, Outcome, Predicted, Reason, Role, Scope, Severity, Verdict,
};

/// A vocabulary with the names of its words.
pub struct Vocabulary {
    /// Its key in the catalogue.
    pub name: &'static str,
    /// The words, in the order of the rules.
    pub words: &'static [&'static str],
    /// Their names, in the same order.
    pub names: Vec<Text>,
}

macro_rules! names {
    ($(#[$doc:meta])* $all:ident: $($key:literal $vocabulary:ident { $($word:ident $zh:literal $en:literal,)+ })+) => {
        $(impl $vocabulary {
            /// What people call it.
            pub const fn name(self) -> Text {
                match self { $(Self::$word => Text { zh: $zh, en: $en },)+ }
            }
        })+

        $(#[$doc])*
        pub fn $all() -> Vec<Vocabulary> {
            vec![$(Vocabulary {
                name: $key,
                words: $vocabulary::WORDS,
                names: $vocabulary::ALL.iter().map(|word| word.name()).collect(),
            },)+]
        }
    };
}

names! {
    /// Every vocabulary of an audit with its names.
    vocabularies:
    "verdict" Verdict {
        Reconciled "核对一致" "Reconciled",
        Review "需要复核" "To be reviewed",
        Defect "存在缺陷" "Defects found",
        Inconclusive "无法下结论" "Inconclusive",
    }
    "severity" Severity {
        Ok "正常" "Fine",
        Info "提示" "Note",
        Review "待复核" "Review",
        Defect "缺陷" "Defect",
    }
    "role" Role {
        SourceBefore "迁出企业 · 迁移前" "Source corp, before",
        SourceAfter "迁出企业 · 迁移后" "Source corp, after",
        TargetBefore "迁入企业 · 迁移前" "Target corp, before",
        TargetAfter "迁入企业 · 迁移后" "Target corp, after",
    }
    "scope" Scope {
        Unassigned "离职待分配" "Awaiting reassignment",
        ExternalContact "外部联系人" "External contact",
        NotEnrolled "账号未参与" "Account not enrolled",
        AssessmentFailed "预评估未通过" "Assessment failed",
        AddedAfterStart "迁移开始后添加" "Added after the start",
        InScope "应迁移" "In scope",
    }
    "outcome" Outcome {
        Migrated "已迁移" "Migrated",
        AlreadyAtTarget "原已存在" "Already at target",
        Refused "客户拒绝" "Refused",
        RefusedButArrived "拒绝却到达" "Refused, yet arrived",
        Misplaced "到了别的账号" "Misplaced",
        Undetermined "无法判定" "Undetermined",
        Missing "缺失" "Missing",
        ArrivedOutOfScope "范围外到达" "Arrived out of scope",
        OutOfScope "不在范围" "Out of scope",
    }
    "reason" Reason {
        Unassigned "离职待分配" "Awaiting reassignment",
        ExternalContact "外部联系人" "External contact",
        NotEnrolled "账号未参与" "Account not enrolled",
        AssessmentFailed "预评估未通过" "Assessment failed",
        AddedAfterStart "迁移开始后添加" "Added after the start",
        Ambiguous "无法区分" "Ambiguous",
        NoUsableKey "没有可比对的信息" "No usable key",
        Unreadable "关键字段无法读取" "Unreadable",
        TargetNotCovered "迁入账号导出不完整" "Target not covered",
        LookAlike "名称相似，无法确认" "Look-alike",
        TargetAtCap "迁入账号已达上限" "Target at its cap",
        NoTrace "找不到踪迹" "No trace",
    }
    "match_method" MatchMethod {
        CustomerMap "客户 ID 对照表" "Customer map",
        Unionid "unionid 一致" "Unionid",
        Name "名称一致" "Name",
    }
    "origin" Origin {
        Migrated "迁移而来" "Migrated",
        AlreadyAtTarget "应迁移，原已存在" "In scope, already there",
        RefusedButArrived "拒绝却到达" "Refused, yet arrived",
        Misplaced "到了别的账号" "Misplaced",
        ArrivedOutOfScope "范围外到达" "Arrived out of scope",
        OutOfScope "范围外，原已存在" "Out of scope, already there",
        PreExisting "迁入企业原有" "Pre-existing",
        AddedDuringMigration "迁移期间新增" "Added during the migration",
        AddedAfterMigration "迁移结束后新增" "Added after the migration",
        UnknownTime "时间不详" "Time unknown",
    }
    "group_scope" GroupScope {
        NotEnrolled "群主未参与" "Owner not enrolled",
        AssessmentFailed "预评估未通过" "Assessment failed",
        CreatedAfterStart "迁移开始后创建" "Created after the start",
        InScope "应迁移" "In scope",
    }
    "group_outcome" GroupOutcome {
        Migrated "已迁移" "Migrated",
        Missing "缺失" "Missing",
        Undetermined "无法判定" "Undetermined",
        OutOfScope "不在范围" "Out of scope",
        ArrivedOutOfScope "范围外到达" "Arrived out of scope",
    }
    "group_reason" GroupReason {
        NotEnrolled "群主未参与" "Owner not enrolled",
        AssessmentFailed "预评估未通过" "Assessment failed",
        CreatedAfterStart "迁移开始后创建" "Created after the start",
        Ambiguous "无法区分" "Ambiguous",
        NoUsableKey "没有可比对的信息" "No usable key",
        Unreadable "关键字段无法读取" "Unreadable",
        TargetNotCovered "迁入企业群列表不完整" "Target not covered",
    }
    "group_match_method" GroupMatchMethod {
        GroupMap "客户群 ID 对照表" "Group map",
        Members "群成员重合" "Members",
        Name "群名一致" "Name",
    }
    "predicted" Predicted {
        Empty "将失效" "Will die",
        Alive "将继续有效" "Will live on",
        AlreadyEmpty "本无关联群" "Links no group",
        Unknown "无法预计" "Cannot be told",
    }
    "observed" Observed {
        NotObserved "没有结果" "Not observed",
        Deleted "已删除" "Deleted",
        Empty "已无关联群" "Empty",
        Alive "仍有效" "Alive",
    }
    "code_verdict" CodeVerdict {
        New "迁移后新建" "New",
        Emptied "如预计失效" "Died as predicted",
        AliveGroupLeftBehind "有群未迁走，仍有效" "Alive: a group was left behind",
        AliveNewGroup "关联了新群，仍有效" "Alive: a new group",
        Kept "如预计有效" "Kept as predicted",
        Lost "本应有效，已失效" "Lost",
        AlreadyEmpty "本无关联群" "Linked nothing",
        AliveUnpredicted "有效，此前无法预计" "Alive, unpredicted",
        EmptiedUnpredicted "失效，此前无法预计" "Died, unpredicted",
        Unverified "未能核实" "Unverified",
    }
    "coverage" Coverage {
        Complete "完整" "Complete",
        Partial "不完整" "Partial",
        Failed "失败" "Failed",
        Observed "有数据，未证明完整" "Observed",
        Unknown "无依据" "Unknown",
    }
    "grain" Grain {
        Record "整条记录" "Record",
        Value "单个值" "Value",
    }
    "assessment" Assessment {
        Pass "通过" "Pass",
        Fail "不通过" "Fail",
    }
    "billing_verdict" BillingVerdict {
        WithinTolerance "在允许变动之内" "Within tolerance",
        AboveTolerance "超出允许变动" "Above tolerance",
        BelowTolerance "低于允许变动" "Below tolerance",
    }
}

names! {
    /// Those of a precheck alone, which no report for people holds.
    #[cfg(test)]
    precheck_vocabularies:
    "no_part" NoPart {
        NotEnrolled "不在账号清单中（B5）" "Not in the accounts list (B5)",
        AssessmentFailed "预评估未通过（B5）" "Failed the pre-assessment (B5)",
        NoRelations "没有任何客户关系，请核对账号" "Holds no relation: is the userid right?",
        LeftMember "成员已离职，客户全部待分配（B3）" "Left; all customers await reassignment (B3)",
        NoCustomers "只有外部联系人，或没有客户联系权限（B1）" "No customers, or no permission for them (B1)",
    }
    "advice" Advice {
        Nothing "无需处理" "Nothing to do",
        TieGroup "如需保留：迁移开始前关联一个留下的群" "To keep it: before the start, tie a group that stays",
        DropOneAndTieGroup "如需保留：迁移开始前解除 5 个群中的一个，再关联一个留下的群"
            "To keep it: before the start, drop one of its 5 groups and tie one that stays",
        MakeGroup "如需保留：由不参与迁移的成员新建一个群，迁移开始前关联"
            "To keep it: tie a new group of a member who takes no part, before the start",
        FindOwners "关联的群不在导出中：查明群主是谁" "It links groups that the export lacks: find out who owns them",
    }
}
