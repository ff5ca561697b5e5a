// SPDX-License-Identifier: Apache-2.0
//
// The rival in Rust: find_next_occurrence of croner.
// Prints `<name> <nanoseconds>` for each line of cases.txt: `<name> <zone> <expression>`.
use chrono::{Duration, TimeZone};
use chrono_tz::Tz;
use croner::Cron;
use std::str::FromStr;
use std::time::Instant;

fn main() {
    let path = std::env::args().nth(1).expect("usage: next_rust CASES");
    for line in std::fs::read_to_string(path).expect("the cases").lines() {
        let mut words = line.splitn(3, ' ');
        let (name, zone, expression) =
            (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
        let (Ok(zone), Ok(cron)) = (zone.parse::<Tz>(), Cron::from_str(expression)) else {
            println!("{name} unsupported");
            continue;
        };
        let start = zone.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).unwrap();
        let end = start + Duration::days(40 * 365);
        let (mut at, mut calls) = (start, 0u64);
        let begun = Instant::now();
        while begun.elapsed().as_millis() < 200 {
            for _ in 0..50 {
                at = match cron.find_next_occurrence(&at, false) {
                    Ok(next) if next < end => next,
                    _ => start,
                };
                calls += 1;
            }
        }
        println!("{name} {:.1}", begun.elapsed().as_nanos() as f64 / calls as f64);
    }
}
