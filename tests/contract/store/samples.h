#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "sync/model/account.h"
#include "sync/model/allowance.h"
#include "sync/model/change.h"
#include "sync/model/chat.h"
#include "sync/model/delivery.h"
#include "sync/model/subscription.h"
#include "sync/model/sweep.h"

/// Values for tests of the store; those of equal numbers are equal, with every field set.
namespace belfry::contract {

inline constexpr std::int64_t k_start_ms = 1'772'439'330'417;
inline constexpr Month k_start_month{std::chrono::year{2026}, std::chrono::month{3}};

[[nodiscard]] WallTime after_start(std::int64_t ms);
[[nodiscard]] MessageRef message(int number, int chat = 1);
[[nodiscard]] Change created(int number, int chat = 1);
[[nodiscard]] Change edited(int number, int chat = 1);
[[nodiscard]] Change deleted(int number, int chat = 1);
/// With encrypted content.
[[nodiscard]] Change rich(int number);

/// As a sweep finds it, with its JSON and who had read it.
[[nodiscard]] Change found(int number, int chat = 1);
/// Came by a metered subscription at `received`.
[[nodiscard]] Change metered(Change change, WallTime received,
                             const char* subscription = "metered");
[[nodiscard]] TeamsUserId teams_user(int number);
[[nodiscard]] OldMessages old_messages(const std::vector<int>& numbers, int chat = 1);

[[nodiscard]] MattermostUserId person(int number);
[[nodiscard]] DeliveryKey key_for(int recipient, const Change& change);
[[nodiscard]] PlannedDelivery planned_for(int recipient, const Change& change);
[[nodiscard]] Delivery delivery_for(int recipient, const Change& change);
[[nodiscard]] Error failure(const std::string& text);

[[nodiscard]] Account account(int number);
[[nodiscard]] AccountTokens tokens(int number);
[[nodiscard]] Chat chat(int number);
[[nodiscard]] Subscription subscription(int number);
[[nodiscard]] EncryptionCertificate certificate(int number);
[[nodiscard]] SweepCursor cursor(int account, SweepRoute route, int moved = 1);
[[nodiscard]] TrafficProfile traffic_profile(int number);

// The model leaves these without an operator, since the service never compares them.
[[nodiscard]] bool are_equal(const AccountTokens& a, const AccountTokens& b);
[[nodiscard]] bool are_equal(const Chat& a, const Chat& b);
[[nodiscard]] bool are_equal(const Subscription& a, const Subscription& b);
[[nodiscard]] bool are_equal(const EncryptionCertificate& a, const EncryptionCertificate& b);

}  // namespace belfry::contract
