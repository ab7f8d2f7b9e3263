#include "tests/bench/intake_rig.h"

#include <fstream>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "net/routes/routes.h"

namespace belfry::bench {
namespace {

constexpr std::string_view k_id = "1772439330417";  ///< in the fixture
constexpr std::string_view k_client_state = "q3Vt0mZr8xYkB5uN1cWf7h";
constexpr std::string_view k_data = "\"data\": \"";
/// Base64 that is added to the fixture's content of 870 characters; a body is about 6 KB then.
constexpr std::size_t k_more_data = 2'700;

template <class T>
T sound(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().text);
  return std::move(*result);
}

}  // namespace

Bodies::Bodies() : first_id_(to_epoch_ms(app::SystemClock().now().wall)) {
  std::ifstream in(std::string(BELFRY_FIXTURES) + "/graph/notification_rich_created.json");
  std::ostringstream text;
  text << in.rdbuf();
  body_ = text.str();
  body_.insert(body_.find(k_data) + k_data.size(), std::string(k_more_data, 'Q'));
  for (auto at = body_.find(k_id); at != std::string::npos; at = body_.find(k_id, at + 1))
    places_.push_back(at);
}

std::string Bodies::request(std::uint64_t number) const {
  std::string body = body_;
  const std::string id = fmt::format("{:013}", first_id_ + static_cast<std::int64_t>(number));
  for (const std::size_t place : places_) body.replace(place, id.size(), id);
  return fmt::format(
             "POST /changes HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
             "Content-Length: {}\r\n\r\n",
             body.size()) +
         body;
}

storage::MasterKey bench_master_key() {
  return sound(storage::MasterKey::parse(std::string(storage::k_key_bytes, 'k')));
}

IntakeRig::IntakeRig(const std::filesystem::path& folder)
    : log_({app::LogLevel::info, app::LogFormat::text}, clock_) {
  storage::StoreOptions options;
  options.path = folder.string();
  const storage::MasterKey master = bench_master_key();
  store_ = sound(storage::RocksStore::open(options, master, clock_));
  signer_ = std::make_unique<app::HmacSigner>(master.bytes(), store_->instance_id());
  journal_ = std::make_unique<app::JournalWriter>(log_, metrics_, *signer_, *store_, clock_);
  traffic_ = std::make_unique<sync::Traffic>(*store_);
  sync::IntakePolicy policy;
  policy.high_water = 100'000'000;
  intake_ = std::make_unique<sync::Intake>(*store_, *store_, *this, agenda_, *traffic_,
                                           server_time_, *this, *journal_, policy);
  net::Router router;
  net::add_changes_route(router, *intake_, clock_,
                         [this](Duration took) { metrics_.webhook_answered(took); });
  net::ServerOptions server;
  server.address = "127.0.0.1:0";
  server.requests_per_connection = 100'000'000;
  server_ = sound(net::HttpServer::open(server, std::move(router), clock_));
}

sync::Checked IntakeRig::check(const Notification& notification) const {
  const bool is_ours = notification.client_state.equals(k_client_state);
  return {is_ours ? sync::Verdict::ours : sync::Verdict::wrong_client_state};
}

}  // namespace belfry::bench
