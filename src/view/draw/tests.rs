//! Pictures compared as text.

use super::*;
use crate::engine::StreamId;
use crate::limits::FLIGHTS_MAX;
use crate::view::camera::Camera;
use crate::view::picture::{Cell, Health, LanePicture, ProducerPicture, Token};
use crate::view::scene::Form;
use crate::view::tween::{Anchor, Departure, Motion};

fn id(place: u64) -> StreamId {
    StreamId::new(1_700_000_000_000 + place * 412, 0)
}

fn token(place: u64, n_deliveries: u64, idle_ms: u64) -> Token {
    Token { place, id: id(place), n_deliveries, idle_ms, ..Token::default() }
}

fn lane(consumer: u32, name: &str, health: Health, tokens: Vec<Token>) -> LanePicture {
    let n_pending = tokens.len() as u64;
    LanePicture { consumer, name: name.into(), health, n_pending, tokens, ..LanePicture::default() }
}

/// Orders with two groups: billing behind by two with three entries pending, e-mail done.
fn orders() -> StreamPicture {
    use CellState::{Done, NotYet, Pending};
    let items = ["tea", "milk", "bread", "jam", "tea", "salt", "rice", "figs"];
    let cells = items.iter().zip(0..).map(|(text, place)| Cell {
        place,
        id: id(place),
        text: (*text).into(),
        gone: place == 0,
    });
    let billing = GroupPicture {
        group: 0,
        name: "billing".into(),
        last_delivered_id: id(5),
        marker: 6,
        lag: Some(2),
        n_pending: 3,
        cells: vec![CellState::Gone, Done, Pending, Done, Pending, Pending, NotYet, NotYet],
        lanes: vec![
            lane(
                0,
                "billing-1",
                Health::Working,
                vec![Token { work_permille: Some(600), ..token(5, 1, 300) }],
            ),
            lane(1, "billing-2", Health::Crashed, vec![token(2, 3, 64_000), token(4, 1, 9_000)]),
            lane(2, "billing-3", Health::Waiting, vec![]),
        ],
        ..GroupPicture::default()
    };
    let email = GroupPicture {
        group: 1,
        name: "email".into(),
        last_delivered_id: id(7),
        marker: 8,
        lag: Some(0),
        cells: vec![CellState::Gone, Done, Done, Done, Done, Done, Done, Pending],
        n_pending: 1,
        lanes: vec![lane(0, "email-1", Health::Working, vec![token(7, 1, 40)])],
        ..GroupPicture::default()
    };
    StreamPicture {
        title: "orders".into(),
        n_entries: 7,
        n_places: 8,
        producers: vec![ProducerPicture { name: "order-service".into(), health: Health::Idle }],
        cells: cells.collect(),
        groups: vec![billing, email],
        ..StreamPicture::default()
    }
}

/// Compares a text with a file beside this one; `UPDATE_SNAPSHOTS=1` writes the file.
#[track_caller]
fn check_snapshot(name: &str, text: &str) {
    let path = format!("{}/src/view/draw/snapshots/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, text).expect("the snapshot can be written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = expected.lines().zip(text.lines()).find(|(old, new)| old != new);
    assert_eq!(differs, None, "{name} has changed");
    assert_eq!(expected.lines().count(), text.lines().count(), "{name} has changed");
}

fn drawn(picture: &Picture, camera: &Camera, tweens: &Tweens, look: Look) -> Scene {
    let plan = Plan::new(picture, camera, [700.0, 420.0], 0.0);
    let mut scene = Scene::default();
    draw(picture, &plan, tweens, &|_, _| None, look, [700.0, 420.0], &mut scene);
    scene
}

fn one(stream: StreamPicture) -> Picture {
    Picture { streams: vec![stream], n_more_streams: 0 }
}

#[test]
fn two_groups_at_rest() {
    let look = Look { hover: Some(Target::Entry { stream: 0, id: id(4) }), focus: None };
    let scene = drawn(&one(orders()), &Camera::default(), &Tweens::default(), look);
    check_snapshot("two-groups", &scene.to_text());
}

#[test]
fn an_empty_world_says_what_to_type() {
    let scene = drawn(&Picture::default(), &Camera::default(), &Tweens::default(), Look::default());
    check_snapshot("empty", &scene.to_text());
}

#[test]
fn an_entry_on_its_way_is_not_yet_where_it_goes() {
    let mut tweens = Tweens::default();
    let mover = Mover { stream: 0, group: 0, id: id(5) };
    tweens.fly(Departure {
        mover,
        place: 5,
        text: "".into(),
        motion: Motion::Delivered,
        from: Anchor::Log,
        to: Anchor::Lane(0),
    });
    tweens.advance(230);
    let scene = drawn(&one(orders()), &Camera::default(), &tweens, Look::default());
    let still = drawn(&one(orders()), &Camera::default(), &Tweens::default(), Look::default());
    let moving = |scene: &Scene| {
        scene.shapes.iter().filter(|shape| shape.brush.layer == Layer::Moving).count()
    };
    assert_eq!((moving(&scene), moving(&still)), (1, 0));
    let spot = |scene: &Scene| {
        let target = Target::Pending { stream: 0, group: 0, consumer: 0, id: id(5) };
        scene.spots.iter().any(|spot| spot.target == target)
    };
    assert!(!spot(&scene), "it rests in the lane only when it has arrived");
    assert!(spot(&still));
}

#[test]
fn a_state_is_told_by_shape_as_well_as_by_colour() {
    let scene = drawn(&one(orders()), &Camera::default(), &Tweens::default(), Look::default());
    let forms = |paint: Paint| {
        let of_paint = scene
            .shapes
            .iter()
            .filter(move |shape| shape.brush.paint == paint && Layer::Rest <= shape.brush.layer);
        of_paint.map(|shape| std::mem::discriminant(&shape.form)).collect::<Vec<_>>()
    };
    let circle = std::mem::discriminant(&Form::Circle { r: 0.0 });
    let check = std::mem::discriminant(&Form::Check { r: 0.0 });
    let cross = std::mem::discriminant(&Form::Cross { r: 0.0 });
    assert!(forms(Paint::Pending).contains(&circle));
    assert!(forms(Paint::Acked).contains(&check));
    assert!(forms(Paint::Fault).contains(&cross));
}

/// The texts that stand in a scene.
fn words(scene: &Scene) -> Vec<&str> {
    scene.labels.iter().map(|label| label.text.as_str()).collect()
}

#[test]
fn what_is_beyond_a_bound_is_said_in_the_picture() {
    let mut picture = one(orders());
    let before = drawn(&picture, &Camera::default(), &Tweens::default(), Look::default());
    let height = before.content_height;
    picture.n_more_streams = 3;
    picture.streams[0].n_more_groups = 1;
    picture.streams[0].n_unplaced = 2;
    picture.streams[0].groups[1].n_more_lanes = 7;
    let plan = Plan::new(&picture, &Camera::default(), [700.0, 2_000.0], 0.0);
    let mut tweens = Tweens::default();
    for seq in 0..FLIGHTS_MAX as u64 {
        tweens.fly(Departure {
            mover: Mover { stream: 0, group: 0, id: StreamId::new(9, seq) },
            place: seq,
            text: "".into(),
            motion: Motion::Added,
            from: Anchor::Log,
            to: Anchor::Log,
        });
    }
    let mut scene = Scene::default();
    draw(&picture, &plan, &tweens, &|_, _| None, Look::default(), [700.0, 2_000.0], &mut scene);
    let said = words(&scene);
    let of_stream = "and 1 more group; the 2 oldest entries have no place here";
    for expected in ["and 3 more streams", of_stream, "and 7 more", text::TOO_MUCH_MOVES] {
        assert!(said.contains(&expected), "{expected}: {said:?}");
    }
    assert!(height < scene.content_height);
}

#[test]
fn everything_zooms_out_without_gaps() {
    let mut camera = Camera::default();
    let mut last = usize::MAX;
    for place_px in [52.0, 30.0, 10.0] {
        camera.place_px = place_px;
        let scene = drawn(&one(orders()), &camera, &Tweens::default(), Look::default());
        let n_entries =
            scene.spots.iter().filter(|spot| matches!(spot.target, Target::Entry { .. })).count();
        assert_eq!(n_entries, 8, "{place_px}");
        assert!(scene.labels.len() < last, "fewer words when there is less room");
        last = scene.labels.len();
    }
}
