//! A gateway that answers what it was asked: the path says in which form. Writes its address, then serves until killed.

use std::io::{Cursor, Read};

use bhttp::{Message, Mode, StatusCode};
use futures::{AsyncReadExt, AsyncWriteExt, executor::block_on, io::AllowStdIo};
use ohttp::{
    KeyConfig, Server, SymmetricSuite,
    hpke::{Aead, Kdf, Kem},
};
use tiny_http::{Header, Request, Response};

use crate::{CHUNKED_REQUEST, CHUNKED_RESPONSE, Failure, WHOLE_REQUEST, WHOLE_RESPONSE};

const PIECE: usize = 1000;

pub fn suites() -> Vec<SymmetricSuite> {
    [Aead::Aes128Gcm, Aead::ChaCha20Poly1305]
        .map(|aead| SymmetricSuite::new(Kdf::HkdfSha256, aead))
        .to_vec()
}

pub fn serve() -> Result<(), Failure> {
    let gateway = Server::new(KeyConfig::new(7, Kem::X25519Sha256, suites())?)?;
    let listener = tiny_http::Server::http("127.0.0.1:0").map_err(|error| error.to_string())?;
    println!("http://{}", listener.server_addr());
    for mut request in listener.incoming_requests() {
        let (status, kind, body) = match answer(&gateway, &mut request) {
            Ok((kind, body)) => (200, kind, body),
            Err(error) => (400, "text/plain", error.to_string().into_bytes()),
        };
        let header = Header::from_bytes("content-type", kind).map_err(|()| "header")?;
        let response = Response::from_data(body).with_header(header);
        // A client that went away does not end the gateway.
        let _ = request.respond(response.with_status_code(status));
    }
    Ok(())
}

fn answer(gateway: &Server, request: &mut Request) -> Result<(&'static str, Vec<u8>), Failure> {
    if request.url() == "/ohttp-keys" {
        return Ok(("application/ohttp-keys", KeyConfig::encode_list(&[gateway.config()])?));
    }
    let headers = request.headers().iter();
    let kind = headers
        .filter(|header| header.field.equiv("content-type"))
        .map(|header| header.value.as_str().to_owned())
        .next()
        .unwrap_or_default();
    match kind.as_str() {
        WHOLE_REQUEST => {
            let mut sealed = Vec::new();
            request.as_reader().read_to_end(&mut sealed)?;
            let (plain, response) = gateway.decapsulate(&sealed)?;
            let asked = Message::read_bhttp(&mut Cursor::new(plain))?;
            let told = told(&asked, Mode::KnownLength)?;
            Ok((WHOLE_RESPONSE, response.encapsulate(&told)?))
        }
        CHUNKED_REQUEST => Ok((CHUNKED_RESPONSE, chunked(gateway, request.as_reader())?)),
        _ => Err("another media type".into()),
    }
}

fn chunked(gateway: &Server, body: &mut dyn Read) -> Result<Vec<u8>, Failure> {
    let mut stream = gateway.clone().decapsulate_stream(AllowStdIo::new(body));
    let mut plain = Vec::new();
    block_on(stream.read_to_end(&mut plain))?;
    let asked = Message::read_bhttp(&mut Cursor::new(plain))?;
    let path = asked.control().path().unwrap_or_default().to_vec();
    let known = path == b"/known";
    let told = told(&asked, if known { Mode::KnownLength } else { Mode::IndeterminateLength })?;
    let mut out = Vec::new();
    let mut sealed = stream.response(AllowStdIo::new(&mut out))?;
    block_on(async {
        for piece in told.chunks(if path == b"/largest" { 1 << 14 } else { PIECE }) {
            sealed.write_all(piece).await?;
        }
        if path == b"/unfinished" { sealed.flush().await } else { sealed.close().await }
    })?;
    drop(sealed);
    if path == b"/cut" {
        out.truncate(out.len() - 1);
    }
    Ok(out)
}

/// The request, told back: its content, and method and path as header fields.
fn told(asked: &Message, mode: Mode) -> Result<Vec<u8>, Failure> {
    let mut message = Message::response(StatusCode::try_from(200_u64)?);
    let control = asked.control();
    message.put_header("content-type", "application/octet-stream");
    message.put_header("asked-method", control.method().unwrap_or_default());
    message.put_header("asked-path", control.path().unwrap_or_default());
    message.write_content(asked.content());
    let mut bytes = Vec::new();
    message.write_bhttp(mode, &mut bytes)?;
    Ok(bytes)
}
