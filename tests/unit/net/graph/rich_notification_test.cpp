#include "net/graph/rich_notification.h"

#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "net/crypto/base64.h"
#include "net/graph/notification_json.h"
#include "net/json/json_view.h"
#include "tests/unit/net/fixture.h"
#include "tests/unit/net/graph/scripted_upstream.h"
#include "tests/unit/net/graph/vector_key.h"

using belfry::EncryptedResource;
using belfry::EncryptionCertificate;
using belfry::ErrorKind;
using belfry::Message;
using belfry::MessageRef;
using belfry::Notification;
using belfry::Secret;
using belfry::WallTime;
using belfry::net::JsonView;
using belfry::net::RichNotifications;
using belfry::net::RichPolicy;
using belfry::net::TokenRules;
using belfry::sync::TokenVerdict;
using belfry::tests::graph_fixture;

namespace {

Notification notification_in(const std::string& name) {
  auto batch = belfry::net::notifications_from_json(graph_fixture(name));
  BOOST_REQUIRE_MESSAGE(batch, name);
  BOOST_REQUIRE_EQUAL(batch->notifications.size(), 1U);
  return batch->notifications[0];
}

struct World : belfry::tests::UpstreamWorld {
  const WallTime now{std::chrono::seconds(1'772'439'330)};
  RichNotifications rich{*client, *entropy, rules(), {.rsa_bits = 2048}};

  [[nodiscard]] TokenRules rules() const {
    return {.tenant = belfry::TenantId("3f6c1a52-9d0e-4b7a-8c21-5e4d7f90b113"),
            .client_id = "8b1f0c9e-2d47-4e6a-b35d-71c9a0e8f264",
            .cloud = cloud()};
  }

  void know_keys() {
    script_keys(graph_fixture("jwks"));
    BOOST_REQUIRE(rich.fetch_signing_keys());
  }

  /// Configuration of version 2.0 and its keys, then the same of version 1.0.
  void script_keys(const std::string& keys) {
    for (const std::string path : {"/common/discovery/v2.0/keys", "/common/discovery/keys"}) {
      upstream.will_answer(
          {.status = 200, .body = R"({"jwks_uri":")" + upstream.url() + path + "\"}"});
      upstream.will_answer({.status = 200, .body = keys});
    }
  }

  void know_certificate() {
    const std::vector<EncryptionCertificate> certificates = {belfry::tests::vector_certificate()};
    BOOST_REQUIRE(rich.use_certificates(certificates));
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(rich_notification, World)

BOOST_AUTO_TEST_CASE(true_notifications_are_verified_and_opened) {
  know_keys();
  know_certificate();
  for (const std::string name :
       {"notification_rich_created", "notification_rich_updated", "notification_rich_deleted"}) {
    const Notification notification = notification_in(name);

    BOOST_TEST((rich.verify(*notification.resource, now) == TokenVerdict::valid), name);
    const auto message = rich.open(*notification.resource, notification.ref);

    BOOST_REQUIRE_MESSAGE(message, name);
    BOOST_TEST((message->ref == notification.ref), name);
    BOOST_TEST(message->deleted.has_value() == (name == std::string("notification_rich_deleted")),
               name);
    BOOST_TEST(message->edited.has_value() == (name == std::string("notification_rich_updated")),
               name);
  }
}

BOOST_AUTO_TEST_CASE(the_opened_message_is_the_plaintext) {
  know_certificate();
  const Notification notification = notification_in("notification_rich_created");
  const std::string plain = graph_fixture("notification_rich_plaintext");

  const auto message = rich.open(*notification.resource, notification.ref);

  BOOST_REQUIRE(message);
  BOOST_TEST(message->body.content.reveal() == (*JsonView::parse(plain))["body"]["content"].text());
  BOOST_TEST(message->sender->display_name == "Mira Lindqvist");
}

BOOST_AUTO_TEST_CASE(tampered_and_unsigned_content_is_refused) {
  know_certificate();
  for (const std::string name : {"notification_rich_tampered", "notification_rich_no_signature"}) {
    const Notification notification = notification_in(name);

    const auto message = rich.open(*notification.resource, notification.ref);

    BOOST_REQUIRE_MESSAGE(!message, name);
    BOOST_TEST((message.error().kind == ErrorKind::refused), name);
  }
}

BOOST_AUTO_TEST_CASE(the_signature_is_checked_before_anything_is_decrypted) {
  know_certificate();
  Notification notification = notification_in("notification_rich_created");
  notification.resource->data = "AAAA";  // no whole block: decrypting it would fail in another way

  const auto message = rich.open(*notification.resource, notification.ref);

  BOOST_TEST(message.error().text.find("signature is wrong") != std::string::npos,
             message.error().text);
}

BOOST_AUTO_TEST_CASE(an_unknown_certificate_is_told_apart) {
  know_certificate();
  const Notification notification = notification_in("notification_rich_unknown_certificate");

  BOOST_TEST((rich.open(*notification.resource, notification.ref).error().kind == ErrorKind::gone));
}

BOOST_AUTO_TEST_CASE(a_token_of_another_publisher_makes_the_entry_invalid) {
  know_keys();

  BOOST_TEST((rich.verify(*notification_in("notification_rich_bad_token").resource, now) ==
              TokenVerdict::invalid));
}

BOOST_AUTO_TEST_CASE(another_message_than_named_is_refused) {
  know_certificate();
  const Notification notification = notification_in("notification_rich_created");
  MessageRef other_message = notification.ref;
  other_message.message = belfry::MessageId("1772439330418");
  MessageRef other_chat = notification.ref;
  other_chat.chat = belfry::ChatId("19:other@thread.v2");

  BOOST_TEST((rich.open(*notification.resource, other_message).error().kind == ErrorKind::refused));
  BOOST_TEST((rich.open(*notification.resource, other_chat).error().kind == ErrorKind::refused));
}

BOOST_AUTO_TEST_CASE(parts_that_are_no_base64_are_refused) {
  know_certificate();
  const Notification notification = notification_in("notification_rich_created");
  for (std::string EncryptedResource::*part :
       {&EncryptedResource::data, &EncryptedResource::key, &EncryptedResource::signature}) {
    for (const std::string value : {"", "!!!!", "AAAA"}) {
      EncryptedResource damaged = *notification.resource;
      damaged.*part = value;

      const auto message = rich.open(damaged, notification.ref);

      BOOST_REQUIRE(!message);
      BOOST_TEST((message.error().kind == ErrorKind::refused), value);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_token_waits_for_its_key_and_is_valid_once_it_is_known) {
  const Notification notification = notification_in("notification_rich_created");

  BOOST_TEST((rich.verify(*notification.resource, now) == TokenVerdict::unknown_key));
  know_keys();
  BOOST_TEST((rich.verify(*notification.resource, now) == TokenVerdict::valid));
  BOOST_TEST((rich.verify(*notification.resource, now) == TokenVerdict::valid));
}

BOOST_AUTO_TEST_CASE(a_remembered_verdict_is_still_judged_by_the_time) {
  know_keys();
  const Notification notification = notification_in("notification_rich_created");

  BOOST_TEST((rich.verify(*notification.resource, now) == TokenVerdict::valid));
  BOOST_TEST(
      (rich.verify(*notification.resource, now + std::chrono::hours(9)) == TokenVerdict::invalid));
  BOOST_TEST(
      (rich.verify(*notification.resource, now - std::chrono::hours(9)) == TokenVerdict::invalid));
  BOOST_TEST((rich.verify(*notification.resource, now) == TokenVerdict::valid));
}

BOOST_AUTO_TEST_CASE(a_key_that_was_withdrawn_is_no_longer_believed) {
  know_keys();
  const Notification notification = notification_in("notification_rich_created");
  BOOST_TEST((rich.verify(*notification.resource, now) == TokenVerdict::valid));
  std::string other = graph_fixture("jwks");
  other.replace(other.find("\"kid\": \"test-kid-1\""), 19, "\"kid\": \"test-kid-9\"");

  script_keys(other);
  BOOST_REQUIRE(rich.fetch_signing_keys());

  BOOST_TEST((rich.verify(*notification.resource, now) == TokenVerdict::unknown_key));
}

BOOST_AUTO_TEST_CASE(all_tokens_of_a_body_must_be_sound_and_there_must_be_one) {
  know_keys();
  const std::string text = graph_fixture("validation_tokens");
  const JsonView tokens = (*JsonView::parse(text))["tokens"];
  EncryptedResource resource = *notification_in("notification_rich_created").resource;
  const auto verdict = [&](std::vector<std::string> names) {
    resource.validation_tokens.clear();
    for (const std::string& name : names) resource.validation_tokens.push_back(tokens[name].text());
    return rich.verify(resource, now);
  };

  BOOST_TEST((verdict({"good_v1", "good_v2"}) == TokenVerdict::valid));
  BOOST_TEST((verdict({"good_v1", "unknown_kid"}) == TokenVerdict::unknown_key));
  BOOST_TEST((verdict({"unknown_kid", "good_v1", "expired"}) == TokenVerdict::invalid));
  BOOST_TEST((verdict({}) == TokenVerdict::invalid));
  for (const std::string name :
       {"wrong_audience", "wrong_publisher", "wrong_tenant", "foreign_issuer", "expired",
        "not_yet_valid", "bad_signature", "alg_none"})
    BOOST_TEST((verdict({name}) == TokenVerdict::invalid), name);
}

BOOST_AUTO_TEST_CASE(an_entry_of_another_tenant_is_invalid) {
  know_keys();
  EncryptedResource resource = *notification_in("notification_rich_created").resource;
  resource.tenant = belfry::TenantId("b2a40d77-6c18-4f3e-9a5b-0d1e2f3a4b5c");

  BOOST_TEST((rich.verify(resource, now) == TokenVerdict::invalid));
}

BOOST_AUTO_TEST_CASE(a_flood_of_tokens_does_not_push_out_the_truth) {
  know_keys();
  RichNotifications small(*client, *entropy, rules(), {.rsa_bits = 2048, .max_verdicts = 2});
  script_keys(graph_fixture("jwks"));
  BOOST_REQUIRE(small.fetch_signing_keys());
  EncryptedResource resource = *notification_in("notification_rich_created").resource;
  const std::vector<std::string> good = resource.validation_tokens;

  for (int i = 0; i < 100; ++i) {
    resource.validation_tokens = {"junk" + std::to_string(i)};
    BOOST_TEST((small.verify(resource, now) == TokenVerdict::invalid));
  }
  resource.validation_tokens = {std::string(100'000, 'x')};
  BOOST_TEST((small.verify(resource, now) == TokenVerdict::invalid));
  resource.validation_tokens = good;
  BOOST_TEST((small.verify(resource, now) == TokenVerdict::valid));
}

BOOST_AUTO_TEST_CASE(keys_are_read_where_the_login_host_says) {
  know_keys();

  const auto requests = upstream.received();
  BOOST_REQUIRE_EQUAL(requests.size(), 4U);
  BOOST_TEST(requests[0].target == "/common/v2.0/.well-known/openid-configuration");
  BOOST_TEST(requests[1].target == "/common/discovery/v2.0/keys");
  BOOST_TEST(requests[2].target == "/common/.well-known/openid-configuration");
  BOOST_TEST(requests[3].target == "/common/discovery/keys");
}

BOOST_AUTO_TEST_CASE(one_of_the_two_key_lists_is_enough) {
  upstream.will_answer({.status = 200, .body = R"({"jwks_uri":")" + upstream.url() + "/keys\"}"});
  upstream.will_answer({.status = 200, .body = graph_fixture("jwks")});
  upstream.will_answer({.status = 404});

  BOOST_TEST(rich.fetch_signing_keys().has_value());
  BOOST_TEST((rich.verify(*notification_in("notification_rich_created").resource, now) ==
              TokenVerdict::valid));
}

BOOST_AUTO_TEST_CASE(keys_of_a_foreign_host_are_not_even_asked_for) {
  upstream.will_answer("openid_configuration");
  upstream.will_answer(
      {.status = 200, .body = R"({"jwks_uri":"https://login.evil.example/keys"})"});

  const auto fetched = rich.fetch_signing_keys();

  BOOST_REQUIRE(!fetched);
  BOOST_TEST((fetched.error().kind == ErrorKind::transient));
  BOOST_TEST(upstream.received().size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_failed_fetch_keeps_what_was_known_and_says_when_to_come_back) {
  know_keys();
  upstream.will_answer({.status = 500});
  upstream.will_answer({.status = 429, .headers = {{"Retry-After", "7"}}});

  const auto fetched = rich.fetch_signing_keys();

  BOOST_REQUIRE(!fetched);
  BOOST_TEST((fetched.error().kind == ErrorKind::throttled));
  BOOST_TEST((fetched.error().retry_after == std::chrono::seconds(7)));
  BOOST_TEST((rich.verify(*notification_in("notification_rich_created").resource, now) ==
              TokenVerdict::valid));
}

BOOST_AUTO_TEST_CASE(a_made_certificate_can_be_used_at_once) {
  const auto made = rich.make_certificate(now);

  BOOST_REQUIRE(made);
  BOOST_TEST(made->id.text().starts_with("belfry-"));
  BOOST_TEST((made->made_at == now));
  BOOST_TEST(made->private_key_pem.reveal().starts_with("-----BEGIN PRIVATE KEY-----"));
  BOOST_TEST(belfry::net::decode_base64(made->certificate_base64).has_value());
  BOOST_TEST(rich.use_certificates(std::vector{*made}).has_value());
  BOOST_TEST(rich.make_certificate(now)->id.text() != made->id.text());
}

BOOST_AUTO_TEST_CASE(a_damaged_certificate_changes_nothing) {
  know_certificate();
  EncryptionCertificate damaged = belfry::tests::vector_certificate();
  damaged.private_key_pem = Secret("no key");
  const Notification notification = notification_in("notification_rich_created");

  const auto used = rich.use_certificates(std::vector{damaged});

  BOOST_REQUIRE(!used);
  BOOST_TEST((used.error().kind == ErrorKind::damaged));
  BOOST_TEST(rich.open(*notification.resource, notification.ref).has_value());
}

BOOST_AUTO_TEST_CASE(threads_may_verify_and_open_while_certificates_change) {
  know_keys();
  know_certificate();
  const Notification notification = notification_in("notification_rich_created");
  std::vector<std::jthread> threads;
  std::atomic<int> opened = 0;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round)
        if (rich.verify(*notification.resource, now) == TokenVerdict::valid &&
            rich.open(*notification.resource, notification.ref))
          ++opened;
    });
  for (int round = 0; round < 20; ++round) know_certificate();
  threads.clear();

  BOOST_TEST(opened == 80);
}

BOOST_AUTO_TEST_SUITE_END()
