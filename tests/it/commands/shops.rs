//! Shops made, listed, set and their status words mapped.

use std::process::{Command, Stdio};

use entity::shop;
use entity::words::OrderStatus;
use sea_orm::{EntityTrait, PaginatorTrait};

use super::{Shell, orders};
use crate::support::{TestApp, on_both};

on_both!(
    a_shop_is_made_listed_and_set,
    a_shop_with_a_bad_setting_is_not_made,
    r24_currency_and_zone_are_frozen_with_the_first_order,
    r1_a_changed_word_moves_the_stored_orders,
    whoever_reads_no_further_ends_a_command_quietly,
);

async fn a_shop_is_made_listed_and_set(app: TestApp) {
    let shell = Shell::over(&app);
    assert_eq!(shell.done("shop list"), "");
    let none = shell.refused("sync --shop Tea");
    assert!(none.contains("cashable shop create"), "{none}");
    let made = shell.done(
        "shop create --name Tea --currency eur --time-zone Europe/Berlin --commission-rate 5.5 \
         --wait-days 30 --wait-from order-completed --factor increase:0.05:10",
    );
    for part in [
        "Tea\n",
        "currency EUR, time zone Europe/Berlin",
        "sync off, every 30 minutes",
        "wait 30 days from the order's completion, lock final on",
        "commission 5.5 %, from none, factor increase:0.05:10",
    ] {
        assert!(made.contains(part), "{part}: {made}");
    }
    let set = shell.done("shop set --name Tea --sync on --factor none --commissions-from 2026-01-01 --sync-interval 5 --lock-final off");
    for part in [
        "sync on, every 5 minutes",
        "lock final off",
        "commission 5.5 %, from 2026-01-01, factor none",
    ] {
        assert!(set.contains(part), "{part}: {set}");
    }
    assert_eq!(shell.done("shop list"), set);
}

async fn a_shop_with_a_bad_setting_is_not_made(app: TestApp) {
    let shell = Shell::over(&app);
    for (settings, part) in [
        (
            "--currency EURO --time-zone UTC",
            "\"EURO\" is not a currency",
        ),
        (
            "--currency EUR --time-zone Berlin",
            "\"Berlin\" is not a time zone",
        ),
        (
            "--currency EUR --time-zone UTC --wait-days -3",
            "waitDays must lie between 0 and",
        ),
        (
            "--currency EUR --time-zone UTC --commission-rate 500",
            "between 0 and 100, not 500",
        ),
        (
            "--currency EUR --time-zone UTC --factor x",
            "--factor must read increase:",
        ),
        (
            "--currency EUR --time-zone UTC --commissions-from 2026-13-01",
            "--commissions-from must be a day",
        ),
    ] {
        let error = shell.refused(&format!("shop create --name Tea {settings}"));
        assert!(error.contains(part), "{settings}: {error}");
    }
    let shops = shop::Entity::find().count(app.behind_its_back()).await;
    assert_eq!(shops.unwrap(), 0);
    shell.done("shop create --name Tea --currency EUR --time-zone UTC");
    let twice = shell.refused("shop create --name Tea --currency USD --time-zone UTC");
    assert!(twice.contains("a shop named Tea already"), "{twice}");
}

async fn r24_currency_and_zone_are_frozen_with_the_first_order(app: TestApp) {
    let shell = Shell::with_shop(&app);
    let set = shell.done("shop set --name Tea --currency CHF --time-zone Europe/Zurich");
    assert!(
        set.contains("currency CHF, time zone Europe/Zurich"),
        "{set}"
    );
    shell.orders("external_id,native_status,placed_at,total\n1,new,2020-01-01,5\n");
    for change in ["--currency EUR", "--time-zone UTC"] {
        let error = shell.refused(&format!("shop set --name Tea --sync off {change}"));
        assert!(error.contains("frozen with its first order"), "{error}");
    }
    assert!(shell.done("shop list").contains("sync on"));
}

async fn r1_a_changed_word_moves_the_stored_orders(app: TestApp) {
    let shell = Shell::with_shop(&app);
    let content =
        "external_id,native_status,placed_at,total\n1,weird,2020-01-01,5\n2,new,2020-01-01,5\n";
    shell.orders(content);
    assert_eq!(orders(&app).await[0].status, OrderStatus::New);
    let moved = shell.done("shop map --name Tea weird=CANCELLED:FAKE");
    assert_eq!(moved, "1 orders have another status now\n");
    assert_eq!(orders(&app).await[0].status, OrderStatus::Cancelled);
    let bad = shell.refused("shop map --name Tea new=COMPLETE weird=DONE");
    assert!(bad.contains("not to \"DONE\""), "{bad}");
    assert_eq!(orders(&app).await[1].status, OrderStatus::New);
}

/// As `| head` does.
async fn whoever_reads_no_further_ends_a_command_quietly(app: TestApp) {
    let shell = Shell::with_shop(&app);
    shell.done("token create --shop Tea --role admin");
    for arguments in [
        "shop list",
        "token list --shop Tea",
        "migrate status",
        "schema",
    ] {
        let (reads, writes) = std::io::pipe().unwrap();
        drop(reads);
        let output = Command::new(env!("CARGO_BIN_EXE_cashable"))
            .args(arguments.split(' '))
            .env_clear()
            .env("CASHABLE_DATABASE_URL", app.url())
            .stdout(writes)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            (output.status.code(), told.as_str()),
            (Some(0), ""),
            "{arguments}"
        );
    }
}
