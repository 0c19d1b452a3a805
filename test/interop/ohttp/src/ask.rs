//! One request through a gateway. Standard output has what came of it, a line each.

use std::io::{Cursor, Read, stdin};

use bhttp::{Message, Mode};
use futures::{AsyncReadExt, AsyncWriteExt, executor::block_on, io::AllowStdIo};
use ohttp::ClientRequest;
use ureq::Agent;

use crate::{
    CHUNKED_REQUEST, CHUNKED_RESPONSE, Failure, WHOLE_REQUEST, WHOLE_RESPONSE, from_hex, to_hex,
};

type Inner<'a> = (&'a str, &'a str, &'a [&'a str]);

/// Content is written, and so becomes chunks, in pieces of so many bytes.
const PIECE: usize = 1000;

/// `keys` is where `application/ohttp-keys` are, or one key configuration in hexadecimal.
pub fn ask(url: &str, keys: &str, form: &str, inner: Inner) -> Result<(), Failure> {
    let agent: Agent = Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .into();
    let client = if keys.starts_with("http") {
        let list = agent.get(keys).call()?.body_mut().read_to_vec()?;
        ClientRequest::from_encoded_config_list(&list)?
    } else {
        ClientRequest::from_encoded_config(&from_hex(keys)?)?
    };
    let answer = match form {
        "whole" => whole(&agent, url, client, &message(inner, Mode::KnownLength)?),
        _ => {
            let message = message(inner, Mode::IndeterminateLength)?;
            chunked(&agent, url, client, &message, form == "chunked")
        }
    };
    match answer {
        Ok(Some(plain)) => show(&plain),
        Ok(None) => Ok(()),
        Err(error) => {
            println!("error {error}");
            Ok(())
        }
    }
}

fn message((method, path, headers): Inner, mode: Mode) -> Result<Vec<u8>, Failure> {
    let mut message = Message::request(method.into(), "https".into(), Vec::new(), path.into());
    for header in headers {
        let (name, value) = header.split_once('=').ok_or("a header is NAME=VALUE")?;
        message.put_header(name, value);
    }
    let mut content = Vec::new();
    stdin().read_to_end(&mut content)?;
    message.write_content(content);
    let mut bytes = Vec::new();
    message.write_bhttp(mode, &mut bytes)?;
    Ok(bytes)
}

fn whole(
    agent: &Agent,
    url: &str,
    client: ClientRequest,
    message: &[u8],
) -> Result<Option<Vec<u8>>, Failure> {
    let (request, pending) = client.encapsulate(message)?;
    let sent = agent.post(url).header("content-type", WHOLE_REQUEST);
    let mut response = sent.send(&request[..])?;
    let sealed = response.body_mut().with_config().limit(1 << 24).read_to_vec()?;
    if !sealed_with(&response, WHOLE_RESPONSE, &sealed) {
        return Ok(None);
    }
    Ok(Some(pending.decapsulate(&sealed)?))
}

fn chunked(
    agent: &Agent,
    url: &str,
    client: ClientRequest,
    message: &[u8],
    finish: bool,
) -> Result<Option<Vec<u8>>, Failure> {
    let mut request = Vec::new();
    let mut stream = client.encapsulate_stream(AllowStdIo::new(&mut request))?;
    block_on(async {
        for piece in message.chunks(PIECE) {
            stream.write_all(piece).await?;
        }
        if finish { stream.close().await } else { stream.flush().await }
    })?;
    // The answer's source is known only when the request, which this borrows, has gone.
    let source = Later::default();
    let mut opener = stream.response(AllowStdIo::new(source.clone()))?;
    drop(stream);
    let sent = agent.post(url).header("content-type", CHUNKED_REQUEST);
    let mut response = sent.send(&request[..])?;
    if response.status() != 200 {
        let body = response.body_mut().read_to_vec()?;
        sealed_with(&response, CHUNKED_RESPONSE, &body);
        return Ok(None);
    }
    source.set(Box::new(response.into_body().into_reader()));
    let mut plain = Vec::new();
    let mut pieces = 0;
    let mut room = [0; 1 << 15];
    block_on(async {
        loop {
            let length = opener.read(&mut room).await?;
            if length == 0 {
                return Ok::<(), std::io::Error>(());
            }
            plain.extend_from_slice(&room[..length]);
            pieces += 1;
        }
    })?;
    println!("pieces {pieces}");
    Ok(Some(plain))
}

fn sealed_with(response: &ureq::http::Response<ureq::Body>, expected: &str, body: &[u8]) -> bool {
    let status = response.status().as_u16();
    let found = response.headers().get("content-type");
    if status == 200 && found.is_some_and(|value| value == expected) {
        return true;
    }
    println!("refused {status} {}", to_hex(body));
    false
}

fn show(plain: &[u8]) -> Result<(), Failure> {
    let message = Message::read_bhttp(&mut Cursor::new(plain))?;
    let status = message.control().status().ok_or("no response")?;
    println!("status {}", status.code());
    for field in message.header().fields() {
        let value = String::from_utf8_lossy(field.value());
        println!("header {}={value}", String::from_utf8_lossy(field.name()));
    }
    println!("content {}", to_hex(message.content()));
    Ok(())
}

/// A reader that is named after it was lent.
#[derive(Clone, Default)]
struct Later(std::rc::Rc<std::cell::RefCell<Option<Box<dyn Read>>>>);

impl Later {
    fn set(&self, source: Box<dyn Read>) {
        *self.0.borrow_mut() = Some(source);
    }
}

impl Read for Later {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().as_mut().map_or(Ok(0), |source| source.read(room))
    }
}
