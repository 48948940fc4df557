use std::collections::BTreeMap;

use wording::Catalog;

/// One file for each part of the house.
const FILES: &[(&str, &str)] = &[
    ("platform", include_str!("../../locales/en/platform.toml")),
    ("org", include_str!("../../locales/en/org.toml")),
    ("tasks", include_str!("../../locales/en/tasks.toml")),
    ("import", include_str!("../../locales/en/import.toml")),
    ("instructions", include_str!("../../locales/en/instructions.toml")),
    ("supervision", include_str!("../../locales/en/supervision.toml")),
    ("names", include_str!("../../locales/en/names.toml")),
    ("life", include_str!("../../locales/en/life.toml")),
    ("requests", include_str!("../../locales/en/requests.toml")),
    ("standing", include_str!("../../locales/en/standing.toml")),
    ("files", include_str!("../../locales/en/files.toml")),
    ("talk", include_str!("../../locales/en/talk.toml")),
    ("kinds", include_str!("../../locales/en/kinds.toml")),
    ("views", include_str!("../../locales/en/views.toml")),
    ("leaves", include_str!("../../locales/en/leaves.toml")),
    ("addresses", include_str!("../../locales/en/addresses.toml")),
    ("orders", include_str!("../../locales/en/orders.toml")),
    ("reminders", include_str!("../../locales/en/reminders.toml")),
    ("burden", include_str!("../../locales/en/burden.toml")),
    ("secrecy", include_str!("../../locales/en/secrecy.toml")),
    ("series", include_str!("../../locales/en/series.toml")),
];

/// What the program says, in English. Files that cannot be read are a fault of the build, which the tests see; a page then
/// shows Chinese.
pub(super) fn english() -> Catalog {
    let mut catalog = Catalog::default();
    for (name, text) in FILES {
        let sentences: BTreeMap<String, String> = toml::from_str(text).unwrap_or_else(|error| {
            tracing::error!(%error, file = name, "a file of English sentences cannot be read");
            BTreeMap::new()
        });
        for (zh, en) in sentences {
            if let Err(error) = catalog.add(&zh, &en) {
                tracing::error!(%error, file = name, "an English sentence is wrong");
            }
        }
    }
    catalog
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_file_is_left_out() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("locales/en");
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().and_then(std::ffi::OsStr::to_str).unwrap();
            assert!(FILES.iter().any(|(known, _)| *known == name), "{name} is not among the files");
        }
    }

    #[test]
    fn every_file_can_be_read_and_has_the_places_of_its_sentences() {
        let mut catalog = Catalog::default();
        for (name, text) in FILES {
            let sentences: BTreeMap<String, String> = toml::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            for (zh, en) in sentences {
                catalog.add(&zh, &en).unwrap_or_else(|error| panic!("{name}: {error}"));
            }
        }
    }
}
