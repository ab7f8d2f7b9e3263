#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/StreamCopier.h>
#include <fmt/format.h>
#include <rocksdb/db.h>

#include "app/system_clock.h"
#include "net/http/http_server.h"
#include "net/routes/routes.h"
#include "storage/rocks_store.h"
#include "sync/intake.h"
#include "tests/bench/figure.h"
#include "tests/bench/http_load.h"

// Design, "Numbers to reach", rows 1 and 2: durable intake of rich notifications on 32 connections
// beside a bare Poco handler that does one synced RocksDB write of the same body.
namespace {

using namespace belfry;         // NOLINT
using namespace belfry::bench;  // NOLINT

constexpr int k_connections = 32;
constexpr int k_rounds = 5;

/// A body as Graph sends it, with another message id each time.
class Bodies {
 public:
  Bodies() {
    std::ifstream in(std::string(BELFRY_FIXTURES) + "/graph/notification_rich_created.json");
    std::ostringstream text;
    text << in.rdbuf();
    body_ = text.str();
    for (auto at = body_.find(k_id); at != std::string::npos; at = body_.find(k_id, at + 1))
      places_.push_back(at);
  }

  [[nodiscard]] std::string request(std::uint64_t number) const {
    std::string body = body_;
    const std::string id = fmt::format("{:013}", 1'772'500'000'000 + number);
    for (const std::size_t place : places_) body.replace(place, id.size(), id);
    return fmt::format(
               "POST /changes HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
               "Content-Length: {}\r\n\r\n",
               body.size()) +
           body;
  }
  [[nodiscard]] std::size_t size() const { return body_.size(); }

 private:
  static constexpr const char* k_id = "1772439330417";
  std::string body_;
  std::vector<std::size_t> places_;
};

/// Our way: listener, route, intake, sealed store.
class Ours : public sync::SubscriptionRegister, public sync::Wakeup, public sync::Journal {
 public:
  explicit Ours(const std::filesystem::path& folder) {
    storage::StoreOptions options;
    options.path = (folder / "ours").string();
    store_ = std::move(*storage::RocksStore::open(
        options, *storage::MasterKey::parse(std::string(32, 'k')), clock_));
    traffic_ = std::make_unique<sync::Traffic>(*store_);
    intake_ =
        std::make_unique<sync::Intake>(*store_, *store_, *this, agenda_, *traffic_, *this, *this);
    net::Router router;
    net::add_changes_route(router, *intake_, clock_, [](Duration) {});
    net::ServerOptions server;
    server.address = "127.0.0.1:0";
    server.requests_per_connection = 100'000'000;
    server_ = std::move(*net::HttpServer::open(server, std::move(router), clock_));
  }
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  [[nodiscard]] std::uint64_t stored() const { return store_->inbox_entries(); }

 private:
  [[nodiscard]] sync::Verdict check(const Notification& notification) const override {
    return notification.client_state.equals("q3Vt0mZr8xYkB5uN1cWf7h")
               ? sync::Verdict::ours
               : sync::Verdict::wrong_client_state;
  }
  void work_arrived(sync::Slot) override {}
  void record(const sync::Event&) override {}

  app::SystemClock clock_;
  sync::Agenda agenda_;
  std::unique_ptr<storage::RocksStore> store_;
  std::unique_ptr<sync::Traffic> traffic_;
  std::unique_ptr<sync::Intake> intake_;
  std::unique_ptr<net::HttpServer> server_;
};

/// The limit: Poco's own server and one synced Put of the body.
class Bare {
 public:
  explicit Bare(const std::filesystem::path& folder) {
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* database = nullptr;
    rocksdb::DB::Open(options, (folder / "bare").string(), &database);
    database_.reset(database);
    auto* parameters = new Poco::Net::HTTPServerParams;  // NOLINT: Poco owns it
    parameters->setMaxThreads(64);
    parameters->setMaxQueued(128);
    parameters->setKeepAlive(true);
    parameters->setMaxKeepAliveRequests(0);
    pool_ = std::make_unique<Poco::ThreadPool>(2, 64);
    server_ = std::make_unique<Poco::Net::HTTPServer>(
        new Factory(*database_), *pool_,
        Poco::Net::ServerSocket(Poco::Net::SocketAddress("127.0.0.1", 0)), parameters);
    server_->start();
  }
  ~Bare() { server_->stopAll(true); }
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }

 private:
  class Handler : public Poco::Net::HTTPRequestHandler {
   public:
    explicit Handler(rocksdb::DB& database) : database_(database) {}
    void handleRequest(Poco::Net::HTTPServerRequest& request,
                       Poco::Net::HTTPServerResponse& response) override {
      std::string body;
      Poco::StreamCopier::copyToString(request.stream(), body);
      static std::atomic<std::uint64_t> count{0};
      rocksdb::WriteOptions synced;
      synced.sync = true;
      const auto written = database_.Put(synced, fmt::format("{:016}", count++), body);
      response.setStatusAndReason(written.ok()
                                      ? Poco::Net::HTTPResponse::HTTP_ACCEPTED
                                      : Poco::Net::HTTPResponse::HTTP_INTERNAL_SERVER_ERROR);
      response.setContentLength(0);
      response.send();
    }

   private:
    rocksdb::DB& database_;
  };
  class Factory : public Poco::Net::HTTPRequestHandlerFactory {
   public:
    explicit Factory(rocksdb::DB& database) : database_(database) {}
    Poco::Net::HTTPRequestHandler* createRequestHandler(
        const Poco::Net::HTTPServerRequest&) override {
      return new Handler(database_);  // NOLINT: Poco owns it
    }

   private:
    rocksdb::DB& database_;
  };

  std::unique_ptr<rocksdb::DB> database_;
  std::unique_ptr<Poco::ThreadPool> pool_;
  std::unique_ptr<Poco::Net::HTTPServer> server_;
};

}  // namespace

int main() {
  const BenchFolder folder("intake");
  const Bodies bodies;
  Ours ours(folder.path());
  const Bare bare(folder.path());
  const auto load = [&](std::uint16_t port, double per_second, double seconds) {
    LoadOptions options;
    options.port = port;
    options.connections = k_connections;
    options.seconds = seconds;
    options.per_second = per_second;
    options.request = [&](std::uint64_t number) { return bodies.request(number); };
    return send_load(options);
  };

  std::vector<double> rates;
  std::vector<double> bare_rates;
  std::vector<double> ratios;
  std::uint64_t failures = 0;
  std::uint64_t answered = 0;
  for (int round = 0; round < k_rounds; ++round) {
    const LoadResult of_bare = load(bare.port(), 0, 3);
    const LoadResult of_ours = load(ours.port(), 0, 3);
    bare_rates.push_back(of_bare.per_second);
    rates.push_back(of_ours.per_second);
    ratios.push_back(of_ours.per_second / of_bare.per_second);
    failures += of_bare.failures + of_ours.failures;
    answered += of_ours.latencies_ms.size();
  }
  const LoadResult half = load(ours.port(), median(rates) / 2, 5);
  answered += half.latencies_ms.size();
  failures += half.failures;

  Figures figures;
  std::printf("intake, durable, %d connections, bodies of %zu bytes, median of %d rounds\n",
              k_connections, bodies.size(), k_rounds);
  Figures::tell("bare Poco handler with one synced write", median(bare_rates), "bodies/s");
  Figures::tell("Belfry's intake", median(rates), "bodies/s");
  figures.at_least("intake beside the bare handler", median(ratios), 0.8, "times");
  Figures::tell("answer at half of that load, p50", percentile(half.latencies_ms, 0.5), "ms");
  figures.at_most("answer at half of that load, p99", percentile(half.latencies_ms, 0.99), 50,
                  "ms");
  figures.at_most("failed requests", static_cast<double>(failures), 0, "");
  figures.at_least("acknowledged bodies that are on disk",
                   static_cast<double>(ours.stored()) / static_cast<double>(answered), 1, "times");
  return figures.exit_code();
}
