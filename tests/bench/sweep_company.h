#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "storage/database.h"
#include "storage/rocks_store.h"
#include "sync/port/sweep.h"

namespace belfry::bench {

/// How large a company is, and how much of it moved since the last round.
struct CompanySize {
  std::size_t changed_percent = 1;
  std::size_t history = 1;  ///< times as many chats, and messages in each, as usual

  static constexpr std::size_t k_people = 10'000;
  static constexpr std::size_t k_own_chats = 15;    ///< of each person, with somebody of no account
  static constexpr std::size_t k_group = 10;        ///< so many people …
  static constexpr std::size_t k_shared_chats = 5;  ///< … have these chats in common
  /// Each has a person of every thousand, so that no part of a round has two of one group.
  static constexpr std::size_t k_groups = k_people / k_group;
  static constexpr std::size_t k_known_chats = 5;  ///< of each person's own; of the shared ones all
  static constexpr std::size_t k_new_messages = 2;  ///< in each chat that changed

  [[nodiscard]] std::size_t own_chats() const { return k_own_chats * history; }
  [[nodiscard]] std::size_t shared_chats() const { return k_shared_chats * history; }
  /// Chats of the whole company that changed, each counted once.
  [[nodiscard]] std::size_t changed() const { return changed_own() + changed_shared(); }
  [[nodiscard]] std::size_t changed_own() const {
    return k_people * k_own_chats * changed_percent / 100;
  }
  [[nodiscard]] std::size_t changed_shared() const {
    return k_groups * k_shared_chats * changed_percent / 100;
  }
  /// Chats in which somebody was told of something lately; all of them are known.
  [[nodiscard]] std::size_t told() const {
    return (k_people * k_known_chats + k_groups * k_shared_chats) * history;
  }
};

/// Graph's side of a company: everybody's chats, some of which moved since the last round. Answers
/// at once, and keeps its lists as the real one does.
class Company : public sync::SweepApi {
 public:
  Company(const CompanySize& size, WallTime swept) : size_(size), swept_(swept) {}

  [[nodiscard]] static TeamsUserId person(std::size_t number);
  [[nodiscard]] static MattermostUserId account(std::size_t number);
  [[nodiscard]] static const TenantId& tenant();
  /// The link that everybody's last round of delta ended with.
  [[nodiscard]] static const char* kept_link() { return "kept"; }

  /// What was asked for.
  struct Asked {
    std::size_t lists = 0;
    std::size_t reads = 0;
    /// Without those that look further back, for edits: quiet chats have their turn in any part of
    /// a round.
    std::size_t reads_of_shared_that_moved = 0;
    std::size_t deltas = 0;
    std::size_t paid_for = 0;  ///< messages: those shown by delta, and one for each empty answer
  };
  [[nodiscard]] const Asked& asked() const { return asked_; }
  /// The least that everybody's delta costs.
  [[nodiscard]] std::size_t least_paid_for() const;

  /// A store in which all were swept up to then, by both routes, and told of some messages.
  [[nodiscard]] std::unique_ptr<storage::RocksStore> fill(const std::filesystem::path& folder,
                                                          const sync::Clock& clock) const;

  Result<sync::ChatListPage> chat_list(const Secret& bearer, const TeamsUserId& user,
                                       const std::string& link) override;
  Result<sync::MessagePage> messages_since(const Secret& bearer, const ChatId& chat,
                                           const sync::ChangedBetween& wanted,
                                           const std::string& link) override;
  Result<sync::DeltaPage> delta(const Secret& bearer, const TeamsUserId& user, WallTime since,
                                const std::string& link) override;

 private:
  /// A chat is known by whoever comes first among its people, and by a number.
  struct ChatPlace {
    std::size_t owner = 0;
    std::size_t number = 0;
  };
  [[nodiscard]] static ChatId id_of(const ChatPlace& place);
  [[nodiscard]] static ChatPlace place_of(const ChatId& chat);
  [[nodiscard]] static bool is_shared(const ChatPlace& place);
  [[nodiscard]] std::vector<ChatPlace> chats_of(std::size_t person) const;
  [[nodiscard]] std::vector<ChatPlace> told_chats() const;
  [[nodiscard]] bool has_changed(const ChatPlace& place) const;
  [[nodiscard]] std::vector<std::size_t> people_of(const ChatPlace& place) const;
  [[nodiscard]] WallTime time_of_new(std::size_t number) const;
  [[nodiscard]] WallTime time_of_old(const ChatPlace& place) const;
  [[nodiscard]] WallTime newest_in(const ChatPlace& place) const;

  void connect_all(storage::RocksStore& store, WallTime now) const;
  void add_deliveries(storage::Database::Batch& batch, const ChatPlace& place) const;
  void fill_deliveries(const std::filesystem::path& folder, const sync::Clock& clock) const;

  const CompanySize size_;
  const WallTime swept_;
  Asked asked_;
};

}  // namespace belfry::bench
