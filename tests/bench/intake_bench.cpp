#include <atomic>
#include <memory>

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/StreamCopier.h>
#include <fmt/format.h>
#include <rocksdb/db.h>

#include "tests/bench/figure.h"
#include "tests/bench/http_load.h"
#include "tests/bench/intake_rig.h"

// Design, "Numbers to reach", rows 1 and 2: durable intake of rich notifications on 32 connections
// beside a bare Poco handler that does one synced RocksDB write of the same body.
namespace {

using namespace belfry::bench;  // NOLINT

constexpr int k_connections = 32;
constexpr int k_rounds = 5;

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
  const BenchFolder folder;
  const Bodies bodies;
  IntakeRig ours(folder.path() / "ours");
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
