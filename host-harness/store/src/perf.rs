use crate::fixtures::*;
use crate::*;
use std::time::Instant;
fn rss() -> String { std::fs::read_to_string("/proc/self/status").unwrap().lines().filter(|l| l.starts_with("VmHWM")||l.starts_with("VmRSS")).collect::<Vec<_>>().join(" ") }
#[test]
fn perf() {
    let place = Place::new();
    let mut store = place.writer();
    let sync = begin(&mut store, "default");
    let mut worst = 0.0f64; let t=Instant::now();
    for p in 0..100 {
        let users: Vec<_> = (0..100).map(|n| { let mut a = account(&format!("user-{:08x}", (p*100+n)*2654435761u64 % 0xffffffff), &[&format!("u{p}-{n}@example.org")]); a.attributes = r#"{"a":1,"b":"some text of length","c":[1,2,3]}"#.into(); a.aliases = if n % 50 == 0 {vec![id("user", &format!("alias-{p}-{n}"))]} else {vec![]}; a}).collect();
        let t = Instant::now();
        store.write(sync, &[Batch { resources: &users, ..Batch::default() }]).unwrap();
        worst = worst.max(t.elapsed().as_secs_f64());
    }
    println!("10k users {:?}, worst page {worst}", t.elapsed());
    let t = Instant::now();
    let total: u64 = std::env::var("GRANTS").map_or(100_000, |v| v.parse().unwrap());
    let mut made = 0;
    let mut project = 0;
    while made < total {
        let on = id("project", &format!("proj_{:08x}", project * 2654435761u64 % 0xffffffff));
        let es = [entitlement(on.clone(), "member")];
        let gs: Vec<_> = (0..100u64).map(|n| { let k = (project*100+n*97) % 10_000; let (p,m)=(k/100,k%100); let name = if m % 50 == 0 { format!("alias-{p}-{m}") } else { format!("user-{:08x}", k*2654435761u64 % 0xffffffff) }; grant(on.clone(), "member", id("user", &name)) }).collect();
        store.write(sync, &[Batch { resources: &[resource("project", &on.id)], entitlements: &es, grants: &gs, ..Batch::default() }]).unwrap();
        made += 100; project += 1;
    }
    println!("{made} grants {:?} {}", t.elapsed(), rss());
    let t = Instant::now();
    let s = finish(&mut store, sync, Ending::Read);
    println!("finish {:?} {:?} {}", t.elapsed(), s, rss());
    drop(store);
    println!("size {}", std::fs::metadata(place.path()).unwrap().len());
    let store = place.reader();
    let t = Instant::now();
    let n = store.grants::<StoreError>(&GrantFilter::default(), |_| Ok(())).unwrap();
    println!("list {n} {:?} {}", t.elapsed(), rss());
    let t = Instant::now();
    let n = store.grants::<StoreError>(&GrantFilter { principal: Some("u3-7@EXAMPLE.org".into()), ..Default::default() }, |_| Ok(())).unwrap();
    println!("list principal {n} {:?}", t.elapsed());
    let t = Instant::now();
    let n = store.grants::<StoreError>(&GrantFilter { entitlement: Some("project:proj_00000000:member".into()), ..Default::default() }, |_| Ok(())).unwrap();
    println!("list entitlement {n} {:?}", t.elapsed());
    let t = Instant::now();
    let n = store.accounts::<StoreError>(&ResourceFilter::default(), |_| Ok(())).unwrap();
    println!("accounts {n} {:?}", t.elapsed());
}
