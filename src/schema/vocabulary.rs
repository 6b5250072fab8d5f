//! The closed vocabularies: each an enum, each word with its meaning.

/// A word of a closed vocabulary.
pub trait Word: Copy + 'static {
    /// Returns the word as it stands in reports.
    fn word(self) -> &'static str;

    /// Returns its place in the vocabulary.
    fn code(self) -> u8;

    /// Returns the word of that text, if the vocabulary has it.
    fn from_word(word: &str) -> Option<Self>;
}

/// Declares an enum whose variants are the words of a vocabulary: `Variant = "word" / "中文" / "name": "meaning"`.
macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident {
        $($variant:ident = $word:literal $(/ $zh:literal / $en:literal)? : $meaning:literal,)+
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $name { $(#[doc = $meaning] $variant,)+ }

        impl $name {
            /// Every word, in the order of the rules.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
            /// Every word's text, in the same order: the code of a word is its place here.
            pub const WORDS: &'static [&'static str] = &[$($word,)+];

            /// Every word's name on screens, in Chinese and English, in the same order; empty if no screen shows it.
            pub const NAMES: &'static [(&'static str, &'static str)] = &[$($(($zh, $en),)?)+];

            /// The word as it stands in reports.
            pub const fn word(self) -> &'static str {
                Self::WORDS[self as usize]
            }

            /// The meaning of the word.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)+ }
            }

            /// The word's place in [`Self::WORDS`].
            pub const fn code(self) -> u8 {
                self as u8
            }
        }

        impl $crate::schema::vocabulary::Word for $name {
            fn word(self) -> &'static str {
                $name::word(self)
            }

            fn code(self) -> u8 {
                $name::code(self)
            }

            fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.word() == word)
            }
        }

        impl From<$name> for $crate::schema::Cell<'_> {
            fn from(word: $name) -> Self {
                Self::Text(word.word())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.word())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}

pub(crate) use vocabulary;

vocabulary! {
    /// One of the four exports that a case compares.
    Role {
        SourceBefore = "source-before" / "迁出企业 · 迁移前" / "Source corp, before":
            "What the source corp held before the start.",
        SourceAfter = "source-after" / "迁出企业 · 迁移后" / "Source corp, after": "What the source corp holds after the end.",
        TargetBefore = "target-before" / "迁入企业 · 迁移前" / "Target corp, before":
            "What the target corp held before the start.",
        TargetAfter = "target-after" / "迁入企业 · 迁移后" / "Target corp, after": "What the target corp holds after the end.",
    }
}

vocabulary! {
    /// Whether a relation was to move, and if not, why (SPEC section 3). Order is precedence.
    Scope {
        Unassigned = "unassigned" / "离职待分配" / "Awaiting reassignment":
            "The pair stands in the list of customers of left members (B3).",
        ExternalContact = "external_contact" / "外部联系人" / "External contact":
            "Not a customer, or added by a member without customer-contact permission (B1).",
        NotEnrolled = "not_enrolled" / "账号未参与" / "Account not enrolled":
            "The member is not in the accounts list (B5, B8).",
        AssessmentFailed = "assessment_failed" / "预评估未通过" / "Assessment failed":
            "The account failed the pre-assessment (B5).",
        AddedAfterStart = "added_after_start" / "迁移开始后添加" / "Added after the start":
            "Added at or after the start of the migration (D1).",
        InScope = "in_scope" / "应迁移" / "In scope": "Was to be migrated.",
    }
}

vocabulary! {
    /// Result of the migration for a relation of the source corp.
    Outcome {
        Migrated = "migrated" / "已迁移" / "Migrated":
            "In scope, found in the mapped account, added there at or after the start, or at an unknown time.",
        AlreadyAtTarget = "already_at_target" / "原已存在" / "Already at target":
            "In scope, found in the mapped account, where it stood before the start.",
        Refused = "refused" / "客户拒绝" / "Refused": "In scope, not found, listed as refused (A3).",
        RefusedButArrived = "refused_but_arrived" / "拒绝却到达" / "Refused, yet arrived":
            "In scope, listed as refused, and found all the same (A3).",
        Misplaced = "misplaced" / "到了别的账号" / "Misplaced":
            "In scope, not found in the mapped account, but under another target account since the start (B7).",
        Undetermined = "undetermined" / "无法判定" / "Undetermined": "In scope, and the exports cannot tell.",
        Missing = "missing" / "缺失" / "Missing": "In scope, and not found in the mapped account.",
        ArrivedOutOfScope = "arrived_out_of_scope" / "范围外到达" / "Arrived out of scope":
            "Not in scope, yet found in the mapped account, added there since the start.",
        OutOfScope = "out_of_scope" / "不在范围" / "Out of scope": "Not in scope, and not found as a new arrival.",
    }
}

vocabulary! {
    /// Refinement of an outcome: the scope, why it is undetermined, or a hint at why it is missing.
    Reason {
        Unassigned = "unassigned" / "离职待分配" / "Awaiting reassignment": "Scope `unassigned` (B3).",
        ExternalContact = "external_contact" / "外部联系人" / "External contact": "Scope `external_contact` (B1).",
        NotEnrolled = "not_enrolled" / "账号未参与" / "Account not enrolled": "Scope `not_enrolled` (B5, B8).",
        AssessmentFailed = "assessment_failed" / "预评估未通过" / "Assessment failed": "Scope `assessment_failed` (B5).",
        AddedAfterStart = "added_after_start" / "迁移开始后添加" / "Added after the start": "Scope `added_after_start` (D1).",
        Ambiguous = "ambiguous" / "无法区分" / "Ambiguous":
            "More source relations share the key than the target holds: which of them arrived cannot be told.",
        NoUsableKey = "no_usable_key" / "没有可配对的信息" / "No usable key":
            "Neither a map, nor a shared unionid, nor a name joins it with the target account.",
        Unreadable = "unreadable" / "关键字段无法读取" / "Unreadable":
            "A value that decides stood in the dump and could not be read.",
        TargetNotCovered = "target_not_covered" / "迁入账号导出不完整" / "Target not covered":
            "The dump of the target account is not known to be complete.",
        LookAlike = "look_alike" / "名称相似，无法确认" / "Look-alike":
            "The mapped account holds an unmatched relation with a name that looks the same.",
        TargetAtCap = "target_at_cap" / "迁入账号已达上限" / "Target at its cap":
            "The target account holds as many customers as it can.",
        NoTrace = "no_trace" / "未找到" / "Not found": "The target account is covered and holds nothing that matches.",
    }
}

vocabulary! {
    /// Extent of what could not be read.
    Grain {
        Record = "record" / "整条记录" / "Record": "A whole record: none of its keys could be read.",
        Value = "value" / "单个值" / "Value": "One value of a record that counts all the same.",
        Table = "table" / "整张表" / "Table": "A table without any row, which proves nothing; in canonical tables only.",
    }
}

vocabulary! {
    /// Kind of a note on exports.
    Note {
        UnreadableRecord = "unreadable_record": "A record that could not be read.",
        UnreadableValue = "unreadable_value": "A value that could not be read.",
        Rejected = "rejected": "The number of unreadable records of a file, with those that are not listed.",
        UnreadableValues = "unreadable_values": "The number of its unreadable values, likewise.",
        PassedOver = "passed_over": "Records of a file that were recognised and not used, and why.",
        UnusedColumn = "unused_column": "A column of a file that is not used.",
        Spelling = "spelling": "A userid that was replaced by another spelling of it.",
        Listed = "listed": "Customers of an account by `externalcontact/list`, where `batch/get_by_user` differs.",
        Fetched = "fetched": "The same by `batch/get_by_user`.",
        LeftOver = "left_over": "Rows without an id beside as many with one, of an account, or of `groups`.",
        Alike = "alike": "Rows without an id that equal another row of their file.",
        RelationRecords = "relation_records": "The number of readable records of relations, with duplicates.",
    }
}

vocabulary! {
    /// Subject of a record of an export.
    Dataset {
        Relations = "relations": "Relations of members and customers.",
        Contacts = "contacts": "Who is a customer and who is not, by `contact_list`: relations too.",
        Members = "members": "Members of the corp.",
        FollowUsers = "follow_users": "Members with customer-contact permission (B1).",
        Unassigned = "unassigned": "Customers of left members (B3).",
        Groups = "groups": "Customer groups.",
        GroupMembers = "group_members": "Who is in which group.",
        JoinCodes = "join_codes": "Join-group live codes (A2).",
        Customers = "customers": "Details of customers, by `externalcontact/get` and `batch/get_by_user`.",
        Answers = "answers": "Answers without an envelope, of unknown requests: errors, pages without an end.",
        Coverage = "coverage": "What an ingested snapshot can vouch for.",
        Lists = "lists": "The lists of the case.",
    }
}

impl Coverage {
    /// Whether an absent relation can be taken for absent.
    pub fn is_covered(self) -> bool {
        matches!(self, Self::Complete | Self::Observed)
    }
}

impl Dataset {
    /// The datasets of relations.
    pub const OF_RELATIONS: &'static [Self] = &[Self::Relations, Self::Contacts];
    /// The datasets of which a document of a dump may hold records.
    pub const OF_DUMPS: &'static [Self] = &[
        Self::Relations,
        Self::Contacts,
        Self::Members,
        Self::FollowUsers,
        Self::Unassigned,
        Self::Groups,
        Self::GroupMembers,
        Self::JoinCodes,
    ];
}

vocabulary! {
    /// Method that matched a source relation with a target relation.
    MatchMethod {
        CustomerMap = "customer_map" / "客户 ID 对照表" / "Customer map": "The customer map names the target id.",
        Unionid = "unionid" / "unionid 一致" / "Unionid": "Both carry the same unionid, in a shared namespace.",
        Name = "name" / "名称一致" / "Name": "Both carry the same customer name, and no id contradicts.",
    }
}

vocabulary! {
    /// Origin of a relation of the target corp.
    Origin {
        Migrated = "migrated" / "迁移而来" / "Migrated": "Matched with a relation that migrated.",
        AlreadyAtTarget = "already_at_target" / "应迁移，原已存在" / "In scope, already there":
            "Matched with a relation in scope, and known from before the start.",
        RefusedButArrived = "refused_but_arrived" / "拒绝却到达" / "Refused, yet arrived":
            "Matched with a relation whose customer refused.",
        Misplaced = "misplaced" / "到了别的账号" / "Misplaced": "Matched with a relation that was to go to another account.",
        ArrivedOutOfScope = "arrived_out_of_scope" / "范围外到达" / "Arrived out of scope":
            "Matched with a relation that was not in scope, and new.",
        OutOfScope = "out_of_scope" / "范围外，非新到达" / "Out of scope, no new arrival":
            "Matched with a relation that was not in scope, and not known to be new.",
        PreExisting = "pre_existing" / "迁入企业原有" / "Pre-existing":
            "Not matched; older than the start, or known from before it.",
        AddedDuringMigration = "added_during_migration" / "迁移期间新增" / "Added during the migration":
            "Not matched; added between start and end (D1).",
        AddedAfterMigration = "added_after_migration" / "迁移结束后新增" / "Added after the migration":
            "Not matched; added at or after the end.",
        UnknownTime = "unknown_time" / "时间不详" / "Time unknown": "Not matched, and without a time.",
    }
}

vocabulary! {
    /// Whether a group was to move, and if not, why (SPEC section 4). Order is precedence.
    GroupScope {
        NotEnrolled = "not_enrolled" / "群主未参与" / "Owner not enrolled":
            "Its owner is not in the accounts list, or nobody knows who owns it (B8).",
        AssessmentFailed = "assessment_failed" / "预评估未通过" / "Assessment failed":
            "Its owner's account failed the pre-assessment (B5).",
        CreatedAfterStart = "created_after_start" / "迁移开始后创建" / "Created after the start":
            "Created at or after the start of the migration (D1).",
        InScope = "in_scope" / "应迁移" / "In scope": "Was to be migrated, with its owner.",
    }
}

vocabulary! {
    /// Result of the migration for a group of the source corp.
    GroupOutcome {
        Migrated = "migrated" / "已迁移" / "Migrated": "In scope, and found in the target corp.",
        Missing = "missing" / "缺失" / "Missing": "In scope, and not found under the mapped account.",
        Undetermined = "undetermined" / "无法判定" / "Undetermined": "In scope, and the exports cannot tell.",
        OutOfScope = "out_of_scope" / "不在范围" / "Out of scope": "Not in scope, and not found as a new arrival.",
        ArrivedOutOfScope = "arrived_out_of_scope" / "范围外到达" / "Arrived out of scope":
            "Not in scope, yet found in the target corp, which did not hold it before.",
    }
}

vocabulary! {
    /// Refinement of the outcome of a group: the scope, or why it is undetermined.
    GroupReason {
        NotEnrolled = "not_enrolled" / "群主未参与" / "Owner not enrolled": "Scope `not_enrolled` (B8).",
        AssessmentFailed = "assessment_failed" / "预评估未通过" / "Assessment failed": "Scope `assessment_failed` (B5).",
        CreatedAfterStart = "created_after_start" / "迁移开始后创建" / "Created after the start":
            "Scope `created_after_start` (D1).",
        Ambiguous = "ambiguous" / "无法区分" / "Ambiguous":
            "Several groups of the owner fit equally well: which is which cannot be told.",
        NoUsableKey = "no_usable_key" / "没有可配对的信息" / "No usable key":
            "Neither a map, nor members with shared unionids, nor a name joins it with the groups of the mapped \
                account.",
        Unreadable = "unreadable" / "关键字段无法读取" / "Unreadable":
            "A value that decides stood in the dump and could not be read.",
        TargetNotCovered = "target_not_covered" / "迁入企业群列表不完整" / "Target not covered":
            "The group list of the target corp is not known to be complete, or does not say who owns each group.",
    }
}

vocabulary! {
    /// Method that matched a group of the source corp with a group of the target corp.
    GroupMatchMethod {
        GroupMap = "group_map" / "客户群 ID 对照表" / "Group map": "The group map names the target id.",
        Members = "members" / "群成员重合" / "Members":
            "Owned by the mapped account, and of all its groups the one that shares most external members, each way.",
        Name = "name" / "群名一致" / "Name":
            "Owned by the mapped account, with a name that no other group of either owner bears.",
    }
}

vocabulary! {
    /// Effect of the migration on a join code, as the exports from before the start predict it (A2).
    Predicted {
        Empty = "empty" / "将失效" / "Will die":
            "It links groups, and all of them were to move: nothing will keep it alive.",
        Alive = "alive" / "将继续有效" / "Will live on": "It links a group that was not to move.",
        AlreadyEmpty = "already_empty" / "本无关联群" / "Links no group": "It links no group.",
        Unknown = "unknown" / "无法预计" / "Cannot be told":
            "It links no group that is known to stay, and the snapshot does not show all its groups, or whether they \
                move.",
    }
}

vocabulary! {
    /// State of a join code in source-after (A2).
    Observed {
        NotObserved = "not_observed" / "没有结果" / "Not observed":
            "No answer about it, or an error that says nothing of it, or of its groups.",
        Deleted = "deleted" / "已删除" / "Deleted": "The service answered that the code does not exist (errcode 41044).",
        Empty = "empty" / "已无关联群" / "Empty": "No linked group is still listed by the source corp.",
        Alive = "alive" / "仍有效" / "Alive":
            "A linked group is still listed by the source corp; without any group list, a group is linked.",
    }
}

vocabulary! {
    /// Prediction beside observation of a join code (SPEC section 5). Order is that of the rules.
    CodeVerdict {
        New = "new" / "仅见于迁移后" / "Only in source-after": "Only source-after holds it.",
        Emptied = "emptied" / "如预计失效" / "Died as predicted": "Died as predicted.",
        AliveGroupLeftBehind = "alive_group_left_behind" / "有群未迁走，仍有效" / "Alive: a group was left behind":
            "Was to die, and a group that was to move still keeps it alive.",
        AliveNewGroup = "alive_new_group" / "关联了新群，仍有效" / "Alive: a new group":
            "Was to die, and groups linked since keep it alive.",
        Kept = "kept" / "如预计有效" / "Kept as predicted": "Lives on as predicted.",
        Lost = "lost" / "本应有效，已失效" / "Lost": "Was to live on, and died.",
        AlreadyEmpty = "already_empty" / "本无关联群" / "Linked nothing":
            "Linked nothing before, and nothing shows that it does now.",
        AliveUnpredicted = "alive_unpredicted" / "有效，此前无法预计" / "Alive, unpredicted":
            "Lives, which could not be predicted.",
        EmptiedUnpredicted = "emptied_unpredicted" / "失效，此前无法预计" / "Died, unpredicted":
            "Died, which could not be predicted.",
        Unverified = "unverified" / "未能核实" / "Unverified": "Source-after does not show what became of it.",
    }
}

vocabulary! {
    /// Severity of a row or a finding.
    Severity {
        Ok = "ok" / "正常" / "Fine": "Nothing to do.",
        Info = "info" / "提示" / "Note": "Worth knowing.",
        Review = "review" / "待复核" / "Review": "A person has to look at it.",
        Defect = "defect" / "缺陷" / "Defect":
            "The result is not what was agreed, or the numbers cannot be relied on.",
    }
}

vocabulary! {
    /// Completeness of a snapshot for an account.
    Coverage {
        Complete = "complete" / "完整" / "Complete": "Shown, or vouched for, to hold all that belongs to it.",
        Partial = "partial" / "不完整" / "Partial": "A chain of pages without its end, or records that could not be read.",
        Failed = "failed" / "失败" / "Failed": "The newest answer was an error, or the member has no licence.",
        Observed = "observed" / "有数据，未证明完整" / "Observed": "No evidence of completeness, but at least one relation.",
        Unknown = "unknown" / "无依据" / "Unknown": "No evidence and no relation.",
    }
}

vocabulary! {
    /// Result of the pre-assessment of an account (B5).
    Assessment {
        Pass = "pass" / "通过" / "Pass": "The account qualifies.",
        Fail = "fail" / "不通过" / "Fail": "The account does not take part.",
    }
}

vocabulary! {
    /// Whether a group member is of the corp or external.
    MemberKind {
        Member = "member": "A member of the corp.",
        External = "external": "An external contact.",
    }
}

vocabulary! {
    /// The number of relations in scope against the contract (B11).
    BillingVerdict {
        WithinTolerance = "within_tolerance" / "在允许变动之内" / "Within tolerance":
            "The drift is at most the tolerance, up or down: nothing more to pay.",
        AboveTolerance = "above_tolerance" / "超出允许变动" / "Above tolerance":
            "More relations take part than contract and tolerance allow: the excess costs extra.",
        BelowTolerance = "below_tolerance" / "低于允许变动" / "Below tolerance":
            "Fewer relations take part than contract and tolerance allow.",
    }
}

vocabulary! {
    /// Reason why nothing of an account will move.
    NoPart {
        NotEnrolled = "not_enrolled" / "不在账号清单中（B5）" / "Not in the accounts list (B5)": "not in the accounts list (B5)",
        AssessmentFailed = "assessment_failed" / "预评估未通过（B5）" / "Failed the pre-assessment (B5)":
            "failed the pre-assessment (B5)",
        NoRelations = "no_relations" / "没有任何客户关系，请核对账号" / "Holds no relation: is the userid right?":
            "holds no relation; is the userid right?",
        LeftMember = "left_member" / "成员已离职，客户全部待分配（B3）" / "Left; all customers await reassignment (B3)":
            "left, and all its customers await reassignment (B3)",
        NoCustomers = "no_customers" / "只有外部联系人，或没有客户联系权限（B1）" / "No customers, or no permission for them (B1)":
            "has external contacts only, or no customer-contact permission (B1)",
    }
}

vocabulary! {
    /// Advice on a join code before the start (A2).
    Advice {
        Nothing = "nothing" / "无需处理" / "Nothing to do": "nothing to do",
        TieGroup = "tie_group" / "如需保留：迁移开始前关联一个留下的群" / "To keep it: before the start, tie a group that stays":
            "to keep it, tie a group to it whose owner does not take part, before the start:",
        DropOneAndTieGroup = "drop_one_and_tie_group" / "如需保留：迁移开始前解除 5 个群中的一个，再关联一个留下的群"
            / "To keep it: before the start, drop one of its 5 groups and tie one that stays":
            "it links 5 groups already: to keep it, drop one and tie a group to it whose owner does not take part, \
                before the start:",
        MakeGroup = "make_group" / "如需保留：由不参与迁移的成员新建一个群，迁移开始前关联"
            / "To keep it: tie a new group of a member who takes no part, before the start":
            "every group moves: to keep it, let an owner who does not take part make a group, and tie that to it \
                before the start (dropping one if it links 5)",
        FindOwners = "find_owners" / "关联的群不在导出中，或无法读取：查明是哪些群、群主是谁"
            / "Its groups are not in the export, or unreadable: find out who owns them":
            "its groups are not all in the export, or could not be read: find out which they are, and who owns them",
    }
}

vocabulary! {
    /// The verdict on the whole case.
    Verdict {
        Reconciled = "reconciled" / "核对一致" / "Reconciled": "Nothing to review, no defect.",
        Review = "review" / "需要复核" / "To be reviewed": "Something to review, no defect.",
        Defect = "defect" / "存在缺陷" / "Defects found": "At least one defect.",
        Inconclusive = "inconclusive" / "无法下结论" / "Inconclusive":
            "More than 5 % of the relations in scope are undetermined, or exports are empty or cannot be read.",
    }
}

vocabulary! {
    /// Kind of row by which two audits of one case are compared.
    Compared {
        Relation = "relation" / "客户关系" / "relations": "A relation of source-before.",
        Group = "group" / "客户群" / "groups": "A group of source-before.",
        JoinCode = "join_code" / "活码" / "join codes": "A join code of the source corp.",
        Finding = "finding" / "发现" / "findings": "A finding, by its code.",
    }
}

vocabulary! {
    /// Change from the earlier audit to the later one.
    Change {
        Resolved = "resolved" / "已解决" / "resolved": "It was to be acted on, and is not any more.",
        New = "new" / "新增" / "new": "It is to be acted on, and was not before, or was not there.",
        Worse = "worse" / "加重" / "worse": "It is more serious than before; of a finding, it is about more.",
        Improved = "improved" / "减轻" / "improved":
            "It is less serious than before, and still to be acted on; of a finding, it is about fewer.",
        Changed = "changed" / "有变化" / "changed":
            "Another outcome, reason or verdict, as serious as before, or one that cannot be told any more; of a \
                finding, it is about fewer rows, and rows that needed action are gone or cannot be told any more.",
        Unchanged = "unchanged" / "未变" / "unchanged": "As before.",
        Gone = "gone" / "已消失" / "gone": "The later audit does not hold it.",
        Added = "added" / "新出现，无需处理" / "added, no action":
            "Only the later audit holds it, and there is nothing to act on.",
    }
}
