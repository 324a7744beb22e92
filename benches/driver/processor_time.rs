//! How much of the processors' time programs have taken, as Linux counts it.

use std::fs;
use std::path::Path;

use crate::outcome::Outcome;

/// Ticks of the clock in which Linux counts a process's time, whatever the kernel's own.
const TICKS_A_SECOND: f64 = 100.0;

/// Where the fields stand behind the name: the parent, the time of the process itself, and that of its children
/// that have ended.
const PARENT: usize = 1;
const OWN: [usize; 2] = [11, 12];
const ENDED_CHILDREN: [usize; 2] = [13, 14];

/// The seconds of a process.
pub fn of_process(id: u32) -> Outcome<f64> {
    let fields = fields(&Path::new("/proc").join(id.to_string()))?;
    Ok(seconds(&fields, &OWN))
}

/// The seconds of a process and of all that it has started itself, also of those that have ended.
pub fn of_family(id: u32) -> Outcome<f64> {
    let mut sum = 0.0;
    for entry in fs::read_dir("/proc")? {
        // Whoever ends meanwhile is counted with its parent.
        let Ok(fields) = fields(&entry?.path()) else {
            continue;
        };
        if fields.get(PARENT) == Some(&f64::from(id)) {
            sum += seconds(&fields, &OWN);
        }
    }
    let head = fields(&Path::new("/proc").join(id.to_string()))?;
    Ok(sum + seconds(&head, &OWN) + seconds(&head, &ENDED_CHILDREN))
}

/// What stands behind the name, which may hold anything.
fn fields(process: &Path) -> Outcome<Vec<f64>> {
    let stat = fs::read_to_string(process.join("stat"))?;
    let behind = stat.rsplit_once(')').ok_or("no stat of a process")?.1;
    let numbers = behind.split_whitespace();
    Ok(numbers
        .map(|number| number.parse().unwrap_or_default())
        .collect())
}

fn seconds(fields: &[f64], places: &[usize]) -> f64 {
    let ticks: f64 = places.iter().filter_map(|place| fields.get(*place)).sum();
    ticks / TICKS_A_SECOND
}
