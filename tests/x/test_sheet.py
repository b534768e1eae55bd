"""The portal sheet: names that X accepts, texts of the right length, and what changed since last time."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twitter_setup.x import sheet as portal

URL = "https://olive-tree.ngrok-free.app"


def sheet(public_url: str = URL, **given: Any) -> portal.Sheet:
    options: dict[str, Any] = {
        "reach": "ngrok",
        "layout": "two-origins",
        "api_prefix": "/api",
        "redirect_url": "http://localhost:5173/connect/twitter/redirect",
        "project_name": "cafe-backend",
    }
    return portal.build(public_url=public_url, **{**options, **given})


# What X accepts


@pytest.mark.parametrize(
    ("project", "name"),
    [
        ("cafe-backend", "Cafe login"),
        ("cafe", "Cafe login"),
        ("@acme/corner-shop-api", "Corner shop login"),
        ("twitter-clone", "Clone login"),
        ("MyTwitterApp", "MyApp login"),
        ("twTwitteritter", "My app login"),
        ("backend", "My app login"),
        ("back-end", "My app login"),
        ("my-strapi-project", "My app login"),
        ("", "My app login"),
        ("a-very-long-name-for-quite-a-small-shop", "A very long name for quite a sma"),
    ],
)
def test_the_app_is_named_after_the_project(project: str, name: str) -> None:
    assert portal.suggest_app_name(project) == name


@given(st.text(max_size=60) | st.text("tTwWiIeErR-_/ ", max_size=40))
def test_no_project_gives_a_name_or_a_text_that_x_refuses(project: str) -> None:
    built = sheet(project_name=project)

    assert 1 <= len(built.app_name) <= 32
    assert "twitter" not in built.app_name.lower()
    assert built.app_name == built.app_name.strip()
    assert 10 <= len(built.app_description) <= 200
    assert len(built.use_case) >= 100


@pytest.mark.parametrize(
    ("project", "says"),
    [("cafe-api", True), ("api", False), ("@acme/backend", False), ("back-end", False)],
)
def test_a_name_like_backend_says_nothing(project: str, says: bool) -> None:
    assert portal.says_something(project) is says


def test_a_name_of_ones_own_is_taken_as_it_is() -> None:
    built = sheet(app_name="Café No. 1")

    assert built.app_name == "Café No. 1"
    assert "Café No. 1" in built.app_description
    assert "Café No. 1" in built.use_case


# The URLs


@pytest.mark.parametrize("prefix", ["/api", "/rest/v1", ""])
def test_the_callback_and_the_login_have_strapis_prefix(prefix: str) -> None:
    built = sheet(api_prefix=prefix)

    assert built.callback_url == f"{URL}{prefix}/connect/twitter/callback"
    assert built.connect_url == f"{URL}{prefix}/connect/twitter"


def test_pages_of_ones_own_win_over_the_public_url() -> None:
    built = sheet(website_url="https://cafe.example", privacy_policy_url="https://cafe.example/p")

    assert built.website_url == "https://cafe.example"
    assert built.privacy_policy_url == "https://cafe.example/p"
    assert built.terms_of_service_url == URL


# The whole sheet


def test_every_field_of_the_form_stands_in_the_portals_order() -> None:
    steps = portal.steps(sheet().data())

    labels = [row.label for step in steps for row in step.rows]
    assert labels == [
        *("App name", "Description", "Use case", "Environment"),
        *("App permissions", "Request email from users", "Type of App"),
        *("Callback URI / Redirect URL", "Website URL", "Terms of service", "Privacy policy"),
        *("Consumer Key", "Consumer Secret"),
    ]
    values = {row.label: row.value for step in steps for row in step.rows}
    assert values["Environment"] == "Production"
    assert values["App permissions"] == "Read"
    assert values["Request email from users"] == "on"
    assert values["Callback URI / Redirect URL"] == f"{URL}/api/connect/twitter/callback"
    assert "OAuth 1.0" in steps[-1].title


def test_strapis_guide_is_quoted_where_its_label_is_another_one() -> None:
    old = {row.old for step in portal.steps(sheet().data()) for row in step.rows}

    assert {"Callback URLs", "API Key", "Api Secret"} <= old


# Since last time


def test_the_first_time_everything_is_shown() -> None:
    assert portal.changed_rows(sheet().data(), {}) is None


def test_the_same_address_changes_no_line() -> None:
    assert portal.changed_rows(sheet().data(), sheet().data()) == ()


def test_another_address_changes_all_four_lines() -> None:
    other = sheet("https://other.ngrok-free.app")

    rows = portal.changed_rows(other.data(), sheet().data())

    assert rows == portal.pasted_rows(other.data())
    assert [row.value for row in rows] == [
        other.callback_url,
        other.website_url,
        other.terms_of_service_url,
        other.privacy_policy_url,
    ]


def test_only_the_lines_that_changed_are_shown() -> None:
    before = sheet(website_url="https://cafe.example")
    after = sheet("https://other.ngrok-free.app", website_url="https://cafe.example")

    rows = portal.changed_rows(after.data(), before.data())

    assert rows is not None
    assert "Website URL" not in {row.label for row in rows}
    assert len(rows) == 3


def test_an_older_sheet_without_a_field_counts_as_changed() -> None:
    old = {key: value for key, value in sheet().data().items() if key != "privacy_policy_url"}

    rows = portal.changed_rows(sheet().data(), old)

    assert rows is not None
    assert [row.label for row in rows] == ["Privacy policy"]


@pytest.mark.parametrize("prefix", ["/api", "", "/v1", "/strapi/api"])
def test_the_api_prefix_can_be_read_back_from_a_callback(prefix: str) -> None:
    url = portal.callback_url("https://cafe.example.com", prefix)

    assert portal.api_prefix_of(url) == prefix
    assert portal.api_prefix_of(url.replace("twitter", "google")) is None
    assert portal.api_prefix_of("") is None
