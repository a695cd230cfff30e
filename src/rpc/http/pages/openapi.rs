//! The API as an OpenAPI document, made from the descriptors: each unary method is a POST with JSON.
//!
//! Comments of the protos become descriptions. Streams are listed too, with the content type of Connect.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use bytes::Bytes;
use http::{HeaderValue, Response, header};
use http_body_util::Full;
use prost::Message;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet,
    MethodDescriptorProto, ServiceDescriptorProto,
};
use serde_json::{Map, Value, json};
use tonic::body::Body;

use crate::rpc::middleware::methods::DESCRIPTORS;

/// Where the document is.
pub(in crate::rpc) const PATH: &str = "/openapi.json";

/// Numbers of fields in the descriptors, which make the paths of comments.
const MESSAGES: i32 = 4;
const ENUMS: i32 = 5;
const SERVICES: i32 = 6;
const MEMBERS: i32 = 2;

/// The response with the document, which everybody may read.
pub(in crate::rpc) fn answer() -> Response<Body> {
    static TEXT: LazyLock<Bytes> = LazyLock::new(|| document().to_string().into());
    let mut response = Response::new(Body::new(Full::new(TEXT.clone())));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// The document.
pub(in crate::rpc) fn document() -> Value {
    let files = FileDescriptorSet::decode(DESCRIPTORS).expect("descriptors are made by the build");
    let (mut paths, mut schemas, mut tags) = (Map::new(), Map::new(), Vec::new());
    for file in &files.file {
        let comments = Comments::new(file);
        for (at, service) in (0..).zip(&file.service) {
            tags.push(json!({ "name": service.name(), "description": comments.at(&[SERVICES, at]) }));
            for (method, one) in (0..).zip(&service.method) {
                let path = format!("/{}.{}/{}", file.package(), service.name(), one.name());
                let comment = comments.at(&[SERVICES, at, MEMBERS, method]);
                paths.insert(path, json!({ "post": operation(service, one, comment) }));
            }
        }
        for (at, message) in (0..).zip(&file.message_type) {
            schemas.insert(message.name().into(), object(message, &comments, &[MESSAGES, at]));
        }
        for (at, of) in (0..).zip(&file.enum_type) {
            schemas.insert(of.name().into(), enumeration(of, &comments, &[ENUMS, at]));
        }
    }
    schemas.insert("Error".into(), error());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "atrad",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "A compute server for technical indicators. The same methods are served over gRPC.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "security": [{}, { "token": [] }],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
        },
    })
}

fn operation(service: &ServiceDescriptorProto, method: &MethodDescriptorProto, comment: String) -> Value {
    let is_stream = method.client_streaming() || method.server_streaming();
    let content_type = if is_stream { "application/connect+json" } else { "application/json" };
    let content = |type_name: &str| json!({ content_type: { "schema": reference(type_name) } });
    let note = match (method.client_streaming(), method.server_streaming()) {
        (false, false) => "",
        (false, true) => "\n\nThe response is a stream of messages in envelopes.",
        (_, _) => "\n\nRequests and responses are streams of messages in envelopes.",
    };
    json!({
        "operationId": format!("{}_{}", service.name(), method.name()),
        "tags": [service.name()],
        "summary": first_sentence(&comment),
        "description": format!("{comment}{note}"),
        "requestBody": { "required": true, "content": content(method.input_type()) },
        "responses": {
            "200": { "description": "The response.", "content": content(method.output_type()) },
            "default": {
                "description": "The error.",
                "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Error" } } },
            },
        },
    })
}

/// The error of Connect.
fn error() -> Value {
    let detail = json!({
        "type": "object",
        "properties": {
            "type": { "type": "string", "description": "The full name of a message of google.rpc." },
            "value": { "type": "string", "format": "byte", "description": "The message in base64." },
            "debug": { "type": "object", "description": "The message in JSON." },
        },
    });
    json!({
        "type": "object",
        "description": "Why a call failed.",
        "required": ["code"],
        "properties": {
            "code": { "type": "string", "description": "The code of gRPC in lower case, as in `not_found`." },
            "message": { "type": "string", "description": "The message, with field, value and limit." },
            "details": { "type": "array", "items": detail },
        },
    })
}

fn object(message: &DescriptorProto, comments: &Comments, path: &[i32]) -> Value {
    let (mut properties, mut oneofs) = (Map::new(), BTreeMap::<i32, BTreeSet<&str>>::new());
    for (at, field) in (0..).zip(&message.field) {
        let mut schema = field_schema(field);
        schema["description"] = comments.at(&[path, &[MEMBERS, at]].concat()).into();
        properties.insert(field.json_name().into(), schema);
        if let Some(oneof) = field.oneof_index.filter(|_| !field.proto3_optional()) {
            oneofs.entry(oneof).or_default().insert(field.json_name());
        }
    }
    let mut description = comments.at(path);
    for members in oneofs.values() {
        let members: Vec<_> = members.iter().map(|name| format!("`{name}`")).collect();
        description.push_str(&format!("\n\nOnly one of {} may be set.", members.join(", ")));
    }
    json!({ "type": "object", "description": description, "properties": properties, "additionalProperties": false })
}

fn field_schema(field: &FieldDescriptorProto) -> Value {
    let is_repeated = field.label() == Label::Repeated;
    let value = match field.r#type() {
        Type::Double | Type::Float if is_repeated => {
            json!({ "type": ["number", "null", "string"], "format": "double" })
        }
        Type::Double | Type::Float => json!({ "type": ["number", "string"], "format": "double" }),
        Type::Int64 | Type::Sint64 | Type::Sfixed64 => json!({ "type": ["string", "integer"], "format": "int64" }),
        Type::Uint64 | Type::Fixed64 => json!({ "type": ["string", "integer"], "format": "uint64" }),
        Type::Uint32 | Type::Fixed32 => json!({ "type": "integer", "format": "uint32" }),
        Type::Int32 | Type::Sint32 | Type::Sfixed32 => json!({ "type": "integer", "format": "int32" }),
        Type::Bool => json!({ "type": "boolean" }),
        Type::String => json!({ "type": "string" }),
        Type::Bytes => json!({ "type": "string", "format": "byte" }),
        Type::Enum | Type::Message | Type::Group => reference(field.type_name()),
    };
    if is_repeated { json!({ "type": "array", "items": value }) } else { value }
}

fn enumeration(of: &EnumDescriptorProto, comments: &Comments, path: &[i32]) -> Value {
    let names: Vec<_> = of.value.iter().map(|value| value.name()).collect();
    let mut description = comments.at(path);
    for (at, name) in (0..).zip(&names) {
        let comment = comments.at(&[path, &[MEMBERS, at]].concat());
        description.push_str(&format!("\n- `{name}`: {comment}"));
    }
    json!({ "type": "string", "enum": names, "description": description })
}

/// The schema of a message or an enum of the package.
fn reference(type_name: &str) -> Value {
    let name = type_name.rsplit('.').next().unwrap_or_default();
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn first_sentence(text: &str) -> &str {
    text.find(". ").map_or(text, |end| &text[..=end])
}

/// The comments of a file by the path of what they describe.
struct Comments(BTreeMap<Vec<i32>, String>);

impl Comments {
    fn new(file: &FileDescriptorProto) -> Self {
        let locations = file.source_code_info.iter().flat_map(|info| &info.location);
        let comment = |text: &str| {
            let lines: Vec<_> = text.lines().map(str::trim).collect();
            // An empty line parts paragraphs; other ends of lines are where the source wraps.
            lines.split(|line| line.is_empty()).map(|part| part.join(" ")).collect::<Vec<_>>().join("\n\n")
        };
        Self(locations.map(|one| (one.path.clone(), comment(one.leading_comments()).trim().to_owned())).collect())
    }

    fn at(&self, path: &[i32]) -> String {
        self.0.get(path).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Calls `found` with each object of a document.
    fn visit(value: &Value, found: &mut impl FnMut(&Map<String, Value>)) {
        match value {
            Value::Object(object) => {
                found(object);
                object.values().for_each(|value| visit(value, found));
            }
            Value::Array(values) => values.iter().for_each(|value| visit(value, found)),
            _ => {}
        }
    }

    #[test]
    fn every_method_and_field_is_described() {
        let document = document();
        let paths = document["paths"].as_object().expect("paths");
        let known = crate::rpc::middleware::methods::methods();
        let ours: BTreeSet<_> =
            known.iter().filter(|path| path.starts_with("/atrad.v1.")).map(|path| &**path).collect();
        assert_eq!(paths.keys().map(|path| &**path).collect::<BTreeSet<_>>(), ours);
        for (path, item) in paths {
            let summary = item["post"]["summary"].as_str().expect("a summary");
            assert!(summary.ends_with('.') && summary.len() < 200, "{path}: {summary}");
        }
        for (name, schema) in document["components"]["schemas"].as_object().expect("schemas") {
            assert!(!schema["description"].as_str().expect("text").is_empty(), "{name}");
            for (field, schema) in schema["properties"].as_object().into_iter().flatten() {
                assert!(name == "Error" || !schema["description"].as_str().expect("text").is_empty(), "{name}.{field}");
            }
        }
    }

    #[test]
    fn every_reference_leads_to_a_schema() {
        let document = document();
        let mut references = 0;
        visit(&document, &mut |object| {
            if let Some(reference) = object.get("$ref") {
                let reference = reference.as_str().expect("text").strip_prefix('#').expect("in this document");
                assert!(document.pointer(reference).is_some(), "{reference}");
                references += 1;
            }
        });
        assert!(references > 80, "{references}");
        let last = &document["components"]["schemas"]["Range"]["properties"]["last"];
        assert_eq!(last["type"], json!(["string", "integer"]));
    }
}
