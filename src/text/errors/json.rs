//! Errors of dumps of answers of the service.

use crate::text::phrases;

phrases! {
    in JSON;

    // Boundaries of documents.
    CUT_OFF "JSON 在一个文档中间就结束了" "the JSON ends in the middle of a document",
    RUN_ON "一个文档还没有结束，下一个就开始了" "a document begins before the previous one has ended",
    OPEN_ARRAY "JSON 在文档数组以 `]` 闭合之前就结束了" "the JSON ends before the array of documents is closed with `]`",
    CUT_OFF_REMEDY "导出被截断：请重新获取或复制" "the export was cut off: fetch or copy it again",
    TOO_DEEP "JSON 嵌套超过 127 层，接口应答不会如此" "the JSON nests deeper than 127 levels, which no answer of the service does",
    TOO_LONG "有一个文档超过 256 MiB，接口应答不会如此" "a document is longer than 256 MiB, which no answer of the service is",
    TOO_LONG_REMEDY
        "检查文件是由什么程序写出的：可能缺了引号或括号；如果不是导出，请移走"
        "check what wrote the file: a quote or a bracket may be missing; remove it if it is not an export",
    GARBAGE "这里应以 `{` 开始一个文档，或是文件结尾" "expected `{` at the start of a document, or the end of the file",
    GARBAGE_REMEDY "删去不属于 JSON 的内容，或重新导出" "remove what is not JSON, or export it again",
    NO_OBJECT "文档数组中有一项不以 `{` 开头" "an element of the array of documents does not begin with `{`",
    NO_OBJECT_REMEDY "数组中应是接口应答或信封；请重新导出" "an array holds answers of the service or envelopes; export it again",
    NO_COMMA "文档数组的各项之间没有用 `,` 分隔" "the elements of the array of documents are not separated by `,`",
    NO_COMMA_REMEDY "重新导出" "export the file again",
    bad_json(error) "不是有效的 UTF-8 JSON：{error}" "not valid JSON in UTF-8: {error}",
    BAD_JSON_REMEDY "重新导出或复制此文件；接口应答要原样保存" "export or copy the file again; save answers unchanged",
    BYTES_NOT_UTF8 "有不是 UTF-8 的字节" "bytes that are not UTF-8",

    // Content of documents.
    UNTIED_ENVELOPE "信封中没有 `response`" "an envelope without `response`",
    ENVELOPE_REMEDY
        "信封是 {endpoint, request, fetched_at, response}"
        "an envelope is {endpoint, request, fetched_at, response}",
    NOT_AN_OBJECT "不是对象" "not an object",
    RESPONSE_REMEDY "`response` 中是接口应答的原文" "`response` has to be the unchanged answer of the service",
    NOT_TEXT "应为文本，却既不是字符串也不是数字" "neither a string nor a number, where text is required",
    NOT_WHOLE "既不是整数，也不是数字字符串" "neither a whole number nor a string of digits",
    KEEP_THE_ANSWER "按接口返回的原样保存应答" "save the answer as the service gave it",
    NOT_AN_ARRAY "内容不是数组" "the payload is not an array",
    PAYLOAD_ELSEWHERE
        "应答没有该接口的内容，却有其他内容：内容可能被移到了别的键下"
        "the answer has no payload of its endpoint, but other contents: the payload may be under another key",
    NOT_AN_ARRAY_REMEDY
        "按接口返回的原样保存应答；如有改动，请重新获取"
        "save the answer as the service gave it; fetch it again if it was changed",
    unknown_endpoint(path) "未知的接口：`{path}`" "an unknown endpoint: `{path}`",
    other_endpoint(named, found)
        "信封写的是 `{named}`，而应答是 `{found}` 的"
        "the envelope has `{named}`, but the response is of `{found}`",
    OTHER_ENDPOINT_REMEDY "写明应答来自哪个接口" "name the endpoint of the answer",
    two_endpoints(one, other) "键同时属于 `{one}` 和 `{other}`" "keys of both `{one}` and `{other}`",
    TWO_ENDPOINTS_REMEDY "每个接口应答单独作为一个文档" "save each answer of the service as a separate document",
    unknown_document(looked_for)
        "既不是已知接口的应答，也不是信封；{looked_for}"
        "neither an answer of a known endpoint nor an envelope; {looked_for}",
    UNKNOWN_DOCUMENT_REMEDY
        "如果不是导出，请移走此文件；表的各行请另存为 CSV、XLSX 或 Parquet；接口应答要原样保存，仅凭键看不出接口的要装入信封 \
            {endpoint, request, fetched_at, response}"
        "remove the file if it is not an export; write rows of a table as CSV, XLSX or Parquet; save answers of the \
            service unchanged: one whose endpoint is not clear from its keys needs an envelope {endpoint, request, \
            fetched_at, response}",
}
