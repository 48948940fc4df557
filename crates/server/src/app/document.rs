//! What the API's description says besides the handlers: who may ask, how errors look, what every POST accepts.

use std::collections::HashMap;

use utoipa::{
    PartialSchema as _, ToSchema as _,
    openapi::{
        Components, ContentBuilder, InfoBuilder, ObjectBuilder, OpenApi, OpenApiBuilder, PathItem, Ref, RefOr, Required, ResponseBuilder,
        SecurityRequirement, Type,
        path::{Operation, ParameterBuilder, ParameterIn},
        security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme},
    },
};

use crate::http::Problem;

const DESCRIPTION: &str = "事必成的接口。时间为带 +08:00 的 RFC 3339，日期为 YYYY-MM-DD，标识为 UUID。\n\n\
    出错时回答 application/problem+json：`code` 供程序判断，`detail` 供人阅读，`fields` 逐项说明填写错误，`request_id` 便于查日志；供人阅读的文字随 `Accept-Language` 为中文（缺省）或英文；\
    409 `stale_version`、`decided`（别人已先处理）时 `current` 为最新内容。POST 可带 Idempotency-Key：以同一个值重复提交，只做一次并得到同一个回答（对任务的操作，得到任务此时的样子）。\
    对已有任务的操作可带 `Prefer: return=minimal`（RFC 7240）：做成后回答 204，不再给出任务；成批上报的程序用它。\n\n\
    登录后浏览器以 Cookie `sbc_session` 表明身份；程序以 `Authorization: Bearer` 表明身份（管理员用 `shibicheng admin token` 签发）。";

/// The document before the rooms have added their routes.
pub(super) fn blank() -> OpenApi {
    let info = InfoBuilder::new().title("事必成").version(env!("CARGO_PKG_VERSION")).description(Some(DESCRIPTION)).build();
    OpenApiBuilder::new().info(info).build()
}

/// Adds to every operation what all have in common.
pub(super) fn complete(openapi: &mut OpenApi) {
    let components = openapi.components.get_or_insert_with(Components::new);
    let mut schemas = vec![(Problem::name().into_owned(), Problem::schema())];
    Problem::schemas(&mut schemas);
    components.schemas.extend(schemas);
    components.add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("sbc_session"))));
    components.add_security_scheme("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    let none: [&str; 0] = [];
    openapi.security = Some(vec![SecurityRequirement::new("cookie", none), SecurityRequirement::new("bearer", none)]);

    let mut uses: HashMap<String, usize> = HashMap::new();
    for operation in openapi.paths.paths.values_mut().flat_map(operations) {
        *uses.entry(operation.1.operation_id.clone().unwrap_or_default()).or_default() += 1;
    }
    for (is_post, operation) in openapi.paths.paths.values_mut().flat_map(operations) {
        let clashes = operation.operation_id.as_ref().is_some_and(|id| uses.get(id).is_some_and(|n| *n > 1));
        let tag = operation.tags.as_ref().and_then(|tags| tags.first()).cloned().unwrap_or_default();
        if let (true, Some(id)) = (clashes, &mut operation.operation_id) {
            *id = format!("{tag}_{id}");
        }
        for response in operation.responses.responses.values_mut() {
            // The format demands one; there is nothing to say about plain success.
            if let RefOr::T(response) = response
                && response.description.is_empty()
            {
                "完成。".clone_into(&mut response.description);
            }
        }
        operation.responses.responses.insert("default".to_owned(), RefOr::T(problem()));
        if is_post {
            operation.parameters.get_or_insert_default().push(RefOr::T(idempotency_key().build()));
        }
    }
}

/// The operations of a path, each with whether it is a POST.
fn operations(path: &mut PathItem) -> impl Iterator<Item = (bool, &mut Operation)> {
    let others = [&mut path.get, &mut path.put, &mut path.patch, &mut path.delete, &mut path.head, &mut path.options];
    let post = path.post.iter_mut().map(|operation| (true, operation));
    others.into_iter().flatten().map(|operation| (false, operation)).chain(post)
}

fn problem() -> utoipa::openapi::Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name()))).build();
    ResponseBuilder::new().description("没有做成；原因见内容。").content("application/problem+json", content).build()
}

fn idempotency_key() -> ParameterBuilder {
    let schema = ObjectBuilder::new().schema_type(Type::String).min_length(Some(8)).max_length(Some(100)).build();
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "同一个值的重复提交只做一次，72 小时内得到同一个回答；给出初始密码的接口不保存回答，重复提交得到 409 already_done。",
        ))
        .schema(Some(schema))
}
