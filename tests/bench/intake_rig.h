#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "app/journal_writer.h"
#include "app/log.h"
#include "app/metrics.h"
#include "app/os_entropy.h"
#include "app/system_clock.h"
#include "net/http/http_server.h"
#include "storage/rocks_store.h"
#include "sync/agenda.h"
#include "sync/intake.h"
#include "sync/traffic.h"

namespace belfry::bench {

/// Bodies with one rich notification as Graph sends them: the fixture, with another message id each
/// time, and content as long as that of a message with some paragraphs.
class Bodies {
 public:
  Bodies();

  /// A whole request. Message ids are milliseconds, upwards from the present: the hour's keys are
  /// new, as in life.
  [[nodiscard]] std::string request(std::uint64_t number) const;
  [[nodiscard]] std::size_t size() const { return body_.size(); }

 private:
  std::string body_;
  std::vector<std::size_t> places_;  ///< where the id stands
  std::int64_t first_id_ = 0;
};

/// The master key of all stores of the benches.
[[nodiscard]] storage::MasterKey bench_master_key();

/// Intake as in the program: listener, route, intake with journal and metrics, sealed store. Nobody
/// takes out what came in.
class IntakeRig : public sync::SubscriptionRegister, public sync::Wakeup {
 public:
  /// The store in `folder` is made when it is not there.
  explicit IntakeRig(const std::filesystem::path& folder);

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  [[nodiscard]] std::uint64_t stored() const { return store_->inbox_entries(); }

 private:
  [[nodiscard]] sync::Checked check(const Notification& notification) const override;
  void work_arrived(sync::Slot) override {}

  app::SystemClock clock_;
  sync::Agenda agenda_;
  app::Metrics metrics_;
  app::Log log_;
  std::unique_ptr<storage::RocksStore> store_;
  std::unique_ptr<app::HmacSigner> signer_;
  std::unique_ptr<app::JournalWriter> journal_;
  std::unique_ptr<sync::Traffic> traffic_;
  sync::ServerTime server_time_;
  std::unique_ptr<sync::Intake> intake_;
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace belfry::bench
