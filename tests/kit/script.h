#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sync/base/result.h"

namespace belfry::kit {

/// What a fake's operations are to do beside their work, and what was asked of it. Operations are
/// named as their functions.
class Script {
 public:
  /// The next `times` calls of `operation` fail before they have any effect.
  void fail(const std::string& operation, Error error, int times = 1) {
    faults_[operation] = {std::move(error), times};
  }
  void fail(const std::string& operation, ErrorKind kind, int times = 1) {
    fail(operation, Error{kind, "scripted", std::nullopt, 0, {}}, times);
  }
  /// `operation` fails until heal().
  void fail_always(const std::string& operation, Error error) {
    fail(operation, std::move(error), k_always);
  }
  void fail_always(const std::string& operation, ErrorKind kind) {
    fail(operation, kind, k_always);
  }
  /// The next call has its effect, but its answer is `error`.
  void lose_answer(const std::string& operation, ErrorKind kind) {
    lost_[operation] = Error{kind, "scripted: answer lost", std::nullopt, 0, {}};
  }
  void heal() {
    faults_.clear();
    lost_.clear();
  }
  /// Runs inside the next call of `operation`, before its effect: what others do meanwhile.
  void during(const std::string& operation, std::function<void()> others) {
    during_[operation] = std::move(others);
  }
  /// The same, but after the effect and before the answer.
  void before_answer(const std::string& operation, std::function<void()> others) {
    before_answer_[operation] = std::move(others);
  }

  [[nodiscard]] std::size_t count(const std::string& operation) const {
    return static_cast<std::size_t>(std::count(calls_.begin(), calls_.end(), operation));
  }
  /// All operations asked for, in order.
  [[nodiscard]] const std::vector<std::string>& calls() const { return calls_; }
  void forget_calls() { calls_.clear(); }

  /// For the fakes: one call with everything that was scripted for it.
  template <class Effect>
  auto run(const std::string& operation, Effect&& effect) -> decltype(effect()) {
    calls_.push_back(operation);
    let_others_run(during_, operation);
    if (const auto fault = faults_.find(operation); fault != faults_.end()) {
      const Error error = fault->second.error;
      if (fault->second.times != k_always && --fault->second.times == 0) faults_.erase(fault);
      return belfry::fail(error);
    }
    auto result = effect();
    let_others_run(before_answer_, operation);
    if (const auto lost = lost_.find(operation); lost != lost_.end()) {
      const Error error = lost->second;
      lost_.erase(lost);
      return belfry::fail(error);
    }
    return result;
  }

 private:
  static constexpr int k_always = -1;
  using Others = std::map<std::string, std::function<void()>>;
  struct Fault {
    Error error;
    int times = 1;
  };

  static void let_others_run(Others& others, const std::string& operation) {
    const auto found = others.find(operation);
    if (found == others.end()) return;
    const auto run_once = std::move(found->second);
    others.erase(found);
    run_once();
  }

  std::map<std::string, Fault> faults_;
  std::map<std::string, Error> lost_;
  Others during_;
  Others before_answer_;
  std::vector<std::string> calls_;
};

}  // namespace belfry::kit
