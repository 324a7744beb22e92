//! Settings of the server that cannot be: it does not start, and says which one and what it should be.

use super::Shell;
use crate::support::TestApp;

const SECONDS: &str = "seconds above 0";
const WHOLE: &str = "a whole number above 0";

#[tokio::test]
async fn a_bad_setting_of_the_server_stops_it_by_its_name() {
    let app = TestApp::on_sqlite().await;
    let shell = Shell::over(&app);
    for (name, value, flag, part) in [
        (
            "METRICS_LISTEN",
            "9090",
            "--metrics-listen",
            "such as 127.0.0.1:4000",
        ),
        (
            "OTLP_ENDPOINT",
            "localhost:4318",
            "--otlp-endpoint",
            "such as http://127.0.0.1:4318",
        ),
        ("HEADER_TIMEOUT", "0", "--header-timeout", SECONDS),
        ("HEADER_SIZE", "7", "--header-size", "8..=65535"),
        ("BODY_TIMEOUT", "soon", "--body-timeout", SECONDS),
        ("BODY_RATE", "0", "--body-rate", "1.."),
        ("WRITE_TIMEOUT", "-1", "--write-timeout", SECONDS),
        ("CONNECTIONS", "0", "--connections", WHOLE),
        ("CONNECTIONS_EACH", "many", "--connections-each", WHOLE),
        ("STOP_TIMEOUT", "", "--stop-timeout", SECONDS),
    ] {
        let name = format!("CASHABLE_{name}");
        let said = shell.run_with(&[(&name, value)], "serve");
        assert_eq!(said.code, Some(2), "{name}: {said:?}");
        for part in [flag, part] {
            assert!(said.err.contains(part), "{name}={value}: {}", said.err);
        }
        assert_eq!(said.out, "");
    }
}
