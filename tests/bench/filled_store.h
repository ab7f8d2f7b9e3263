#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "app/system_clock.h"
#include "storage/rocks_store.h"

namespace belfry::bench {

/// A store that gets large quickly: the store's own transitions, many entries in each.
/// Throws std::runtime_error where the store fails.
class FilledStore {
 public:
  FilledStore(const std::filesystem::path& folder, const storage::MasterKey& master);

  /// So many connected accounts more, each with a direct channel and tokens of usual length.
  void connect_accounts(std::size_t count);
  /// So many posts that wait, spread evenly over the accounts' lanes. Before there are changes.
  void queue_deliveries(std::size_t count);
  /// So many rich notifications more in the inbox, in chats of one account each.
  void queue_changes(std::size_t count);

 private:
  [[nodiscard]] MessageRef next_message(std::size_t chat);

  app::SystemClock clock_;
  std::unique_ptr<storage::RocksStore> store_;
  std::size_t accounts_ = 0;
  std::int64_t next_id_ = 0;
};

/// Makes `folder` a store that has seen `count` messages, evenly over the last 30 days.
void fill_seen(const std::filesystem::path& folder, const storage::MasterKey& master,
               std::size_t count);

}  // namespace belfry::bench
