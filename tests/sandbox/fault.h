#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include "tests/sandbox/web.h"

namespace belfry::sandbox {

/// What happens to a request that a rule strikes. The word in quotes is its name in JSON.
enum class FaultAction {
  none,            ///< "none": works; for rules that only delay
  answer,          ///< "answer": the rule's own answer, without doing the work
  drop,            ///< "drop": the connection is closed before anything was done
  lose_answer,     ///< "lose_answer": the work is done, then the connection is closed without an
                   ///< answer
  reset_mid_body,  ///< "reset_mid_body": the work is done, half of the answer is sent, then a TCP
                   ///< reset
  short_length,    ///< "short_length": Content-Length is half of the body; all of it is sent
  long_length,     ///< "long_length": Content-Length promises more than is sent, then the end
  answer_twice,  ///< "answer_twice": the work is done once, the same answer is sent twice in a row
  work_twice,    ///< "work_twice": the request is carried out twice, the second answer is sent
};

/// Which requests, how often, and what then. Everything that is not named matches and everything
/// strikes.
struct FaultRule {
  std::string operation = "*";  ///< glob over the operation's name, such as `graph.*`
  std::string method = "*";     ///< glob
  std::string path = "*";       ///< glob over the path as received
  std::uint64_t first = 1;      ///< strikes from the first-th matching request …
  std::uint64_t last = std::numeric_limits<std::uint64_t>::max();   ///< … to the last-th
  std::uint64_t times = std::numeric_limits<std::uint64_t>::max();  ///< and at most so often
  double probability = 1.0;
  std::uint64_t seed = 1;  ///< of the dice behind `probability`
  FaultAction action = FaultAction::none;
  int status = 500;  ///< of `answer`, as the three below
  NameValues headers = {};
  std::string body = {};
  std::string content_type = "application/json";
  std::chrono::milliseconds delay_before{0};  ///< real time, before the work
  std::chrono::milliseconds delay_after{0};   ///< real time, between the work and the answer
};

[[nodiscard]] std::string_view name_of(FaultAction action);
[[nodiscard]] Poco::JSON::Object::Ptr to_json(const FaultRule& rule);
/// Nothing when a name or a type is wrong.
[[nodiscard]] std::optional<FaultRule> fault_rule(const Poco::JSON::Object& json);
/// `*` stands for any text, `?` for one character.
[[nodiscard]] bool glob_matches(std::string_view pattern, std::string_view text);

/// The scripted faults of one service.
///
/// Promises  Every rule counts each request that it matches, also when another one strikes; of
/// those that would strike
///           the one added first does.
/// Threads   All functions from any thread; without rules take() costs one atomic read.
class FaultPlan {
 public:
  void add(FaultRule rule);
  void clear();
  [[nodiscard]] std::optional<FaultRule> take(const WebRequest& request,
                                              std::string_view operation);

  /// How often any rule has struck since the last clear().
  [[nodiscard]] std::uint64_t struck() const;
  /// The rules in order, each with `matched` and `struck`.
  [[nodiscard]] Poco::JSON::Array::Ptr to_json() const;
  /// False when the rule is malformed; nothing is added then.
  bool add_json(const Poco::JSON::Object& json);

 private:
  struct Entry {
    FaultRule rule;
    std::mt19937_64 dice;
    std::uint64_t matched = 0;
    std::uint64_t struck = 0;
  };

  std::atomic<bool> empty_{true};
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;  // guarded by mutex_
};

}  // namespace belfry::sandbox
