//! How long a whole exchange takes both sides: request sealed and opened, answer sealed and opened. Microseconds.

use std::time::Instant;

use ohttp::{ClientRequest, KeyConfig, Server, hpke::Kem};

use crate::{Failure, serve::suites};

const ROUNDS: u32 = 5;
const CALLS: u32 = 200;

pub fn speed(kem: &str, bytes: usize) -> Result<(), Failure> {
    let kem = if kem == "xwing" { Kem::XWing } else { Kem::X25519Sha256 };
    let server = Server::new(KeyConfig::new(7, kem, suites())?)?;
    let config = server.config().encode()?;
    let message = vec![0; bytes];
    let mut client = u128::MAX;
    let mut gateway = u128::MAX;
    for _ in 0..ROUNDS {
        let (mut at_client, mut at_gateway) = (0, 0);
        for _ in 0..CALLS {
            let started = Instant::now();
            let asked = ClientRequest::from_encoded_config(&config)?;
            let (request, pending) = asked.encapsulate(&message)?;
            let sent = Instant::now();
            let (_, response) = server.decapsulate(&request)?;
            let answer = response.encapsulate(&message)?;
            let answered = Instant::now();
            pending.decapsulate(&answer)?;
            at_client += (sent - started + answered.elapsed()).as_nanos();
            at_gateway += (answered - sent).as_nanos();
        }
        client = client.min(at_client);
        gateway = gateway.min(at_gateway);
    }
    let each = |total: u128| total as f64 / f64::from(CALLS) / 1000.0;
    println!("{:.1} {:.1}", each(client), each(gateway));
    Ok(())
}
