//! The help texts in Chinese, by command and argument; the English ones stand where clap takes them from, at what is typed.
//!
//! A test walks the commands, and fails where one of them, or one of their arguments, is not told of here.

/// What is said of a command.
pub struct CommandHelp {
    /// Its name; empty for what several commands have.
    pub name: &'static str,
    /// What it does, in a line.
    pub about: &'static str,
    /// What there is to know beyond that; may be empty.
    pub more: &'static str,
    /// Its arguments by id.
    pub args: &'static [(&'static str, &'static str)],
}

macro_rules! help {
    ($($name:literal $about:literal $more:literal { $($id:literal $help:literal,)* })+) => {
        /// Every command, with qianhe itself.
        pub const COMMANDS: &[CommandHelp] =
            &[$(CommandHelp { name: $name, about: $about, more: $more, args: &[$(($id, $help),)*] },)+];
    };
}

/// The headings of a help text.
pub const USAGE: &str = "用法";
pub const SUBCOMMANDS: &str = "命令";
pub const ARGUMENTS: &str = "参数";
pub const OPTIONS: &str = "选项";
pub const EXAMPLE: &str = "示例";

/// What stands for any command, and for any options, in a line of usage.
pub const COMMAND: &str = "命令";
pub const ANY_OPTIONS: &str = "[选项]";

/// Before the value that holds where none is given, and before the values that can be.
pub const DEFAULT: &str = "默认";
pub const POSSIBLE: &str = "可选";

/// Stands at the end of every help text.
pub const EXIT_CODES: &str = "退出码:
  0    已完成，按案例的策略没有需要处理的事
  1    已完成，有达到 policy.fail_on 的发现
  2    无法运行：用法、案例、输入或磁盘有误
  3    qianhe 自身的缺陷
  130  被中断";

/// The examples of qianhe itself, which come with what they are for.
pub const EXAMPLES: &str = "示例:
  qianhe init acme            新建案例，待填写
  qianhe precheck acme        迁移前预估；报表在 acme/precheck
  qianhe audit acme           审计；报表在 acme/reports
  qianhe explain zhangsan --reports acme/reports
                              账号、客户、客户关系、群或活码的结论及其依据
  qianhe compare acme/reports-may acme/reports-june
                              已解决什么、新增什么、加重什么
  qianhe query --reports acme/reports
                              用 SQL 查询报表
  qianhe verify acme/reports  报表是否仍是审计写下的原样
  qianhe demo /tmp/demo && qianhe audit /tmp/demo";

/// Stands last in the help of qianhe itself.
pub const ENVIRONMENT: &str = "环境变量:
  NO_COLOR  不使用颜色";

help! {
    "" "" "" {
        "help" "显示帮助（-h 简要，--help 详细）",
        "version" "显示版本",
        "quiet" "除错误与 --json 的结果外，什么都不显示",
        "lang" "使用的语言 [默认：随系统语言]",
        "case" "案例文件夹，或其中的 case.toml",
        "set" "覆盖 case.toml 中的一个值，可多次给出；VALUE 按 TOML 读取，不合语法则作为文本",
        "memory" "大致使用多少内存 [默认：机器内存的一半]：其三分之一用来存放压紧的数据行，放不下的暂存到输出旁边的文件；正在处理的行和每条关系的判定结果另计。只影响快慢，不影响结果",
        "reports" "报表文件夹",
    }

    "qianhe" "审计已完成的企业微信数据迁移"
    "迁出企业的每条客户关系、每个客户群和活码各得一个有依据的结论，数量与合同逐项勾稽。\n\n结果写到标准输出，进度和错误写到标准错误。" {}

    "audit" "审计已完成的迁移：结果、数量、费用、发现与判定"
    "读取案例指定的各份导出，写出报表（要么全部写出，要么一个不写），并显示摘要。报表中 report.html 是给人看的完整审计，exceptions.xlsx 是需要逐条处理的清单。" {
        "out" "报表写到哪里 [默认：CASE/reports]",
        "json" "显示 summary.json，代替文字摘要",
    }

    "precheck" "迁移前预估：迁多少、花多少、哪些账号不参与、哪些活码会失效"
    "只需要 source-before 和账号清单；如有 target-before，还能说明迁入账号已有多少客户。migration.finished_at 可以暂缺。" {
        "out" "报表写到哪里 [默认：CASE/precheck]",
        "json" "显示 precheck.json，代替文字摘要",
    }

    "ingest" "把案例的导出转成标准 Parquet 表，之后再跑不必重新解析"
    "写出 OUT/snapshots/ROLE/*.parquet，并说明读取、拒收与覆盖的情况。迁移前的导出在迁移结束前即可转换：migration.finished_at 可暂缺。" {
        "out" "snapshots 写到哪里 [默认：CASE]",
        "json" "以 JSON 显示数量，代替文字",
    }

    "init" "新建案例：文件夹与带说明、待填写的 case.toml"
    "同时建好每次审计都需要的文件夹；从不覆盖已有的 case.toml。" {
        "dir" "新案例的文件夹；不存在则新建",
    }

    "rules" "按优先次序列出范围、结果、来源与判定的全部规则，再列出全部发现"
    "case.toml 的 [[waivers]] 里写的就是这些发现的代码。" {
        "json" "显示 JSON 数组，代替文字",
    }

    "demo" "生成合成案例：埋入每一种结果，并附真实答案"
    "数量与种子相同，生成的文件逐字节相同。" {
        "dir" "案例文件夹",
        "relations" "迁出企业有多少条客户关系",
        "seed" "随机选择的种子",
    }

    "explain" "说明一个账号、客户、客户关系、群或活码的结论及其依据"
    "ID 可以是任一企业的 userid、external_userid 或 chat_id，也可以是 unionid、config_id；要说明单独一条关系，写 USERID/CUSTOMER：后者是客户 ID，没有 ID 时是客户名称。同时说明什么会改变结论，以及这条关系出自哪个文件的第几条记录。" {
        "id" "要说明什么",
        "json" "以 JSON 显示已知的一切",
    }

    "compare" "比较同一案例的两次审计：已解决、新增、加重"
    "客户关系按成员和客户 ID 对应（没有 ID 的按名称和时间），群与活码按各自的 ID，发现按代码；已豁免的不计。新增或加重的达到较晚一次审计的策略（policy.fail_on），或达到 --fail-on 的，退出码为 1。" {
        "earlier" "较早一次的报表文件夹",
        "later" "较晚一次的报表文件夹",
        "fail_on" "新增或加重到什么程度，退出码为 1 [默认：较晚一次审计的 policy.fail_on]",
        "force" "允许比较不同案例的审计",
        "out" "把全部变化写到 DIR/compare.parquet，按类别和键排序",
        "memory" "大致使用多少内存；越少，读的遍数越多",
        "json" "以 JSON 显示比较结果",
    }

    "query" "用 SQL 查询报表：每个报表是一张表，表名即文件名（不带 .parquet）"
    "不带语句则进入交互；标准输入不是终端时，从中读取语句，各以 ; 结尾。只读取语句用到的表和列。时间是 UTC 的文本，可直接比较和排序。\n\nCSV 中以 = + - @、制表符或回车开头的文本，前面加上 '，以免电子表格把它当公式执行（数字除外）；--raw 保留原样。" {
        "sql" "SQL 语句",
        "format" "结果的格式；表格最多显示 1000 行，Parquet 只能写到文件 [默认：看 --out 的扩展名，否则为 table]",
        "json" "显示 JSON 数组；等同于 --format json",
        "out" "把结果写到文件，只有所有者可读",
        "raw" "CSV 中会被电子表格当作公式的文本保留原样",
    }

    "verify" "核验报表：仍是写下的原样，数字仅凭文件就能重算"
    "逐个文件比对 SHA-256 与 manifest.json，指出缺失、已改动和多余的文件。勾稽从 Parquet 文件重算：按结果、范围、来源与判定的行数对照 summary.json，账号与客户对照客户关系，以及每个发现和账单的筛选条件。有不符的，退出码为 1。" {
        "dir" "报表文件夹",
        "json" "以 JSON 显示核验了什么",
    }

    "completions" "输出命令行补全脚本：按 Tab 补全命令与选项" "" {
        "shell" "哪种 shell",
    }

    "man" "输出 qianhe 或某个命令的手册页，供 man 阅读（英文）" "" {
        "command" "哪个命令；不写则为 qianhe 本身",
    }

    "help" "显示本帮助，或某个命令的帮助" "" {}
}

impl CommandHelp {
    /// What it does, and what there is to know beyond that.
    pub fn in_full(&self) -> String {
        let more = if self.more.is_empty() { String::new() } else { format!("\n\n{}", self.more) };
        format!("{}。{more}", self.about)
    }
}

/// What is said of an argument: of that command, else of all that have it.
pub fn argument(command: &str, id: &str) -> Option<&'static str> {
    let of = |name: &str| COMMANDS.iter().find(|known| known.name == name)?.args.iter().find(|(known, _)| *known == id);
    of(command).or_else(|| of("")).map(|(_, help)| *help)
}

/// What is said of a command.
pub fn command(name: &str) -> Option<&'static CommandHelp> {
    COMMANDS.iter().find(|known| !name.is_empty() && known.name == name)
}
