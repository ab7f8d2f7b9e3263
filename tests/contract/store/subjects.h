#pragma once

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include <boost/mpl/list.hpp>

#include "storage/rocks_store.h"
#include "sync/port/clock.h"
#include "tests/contract/store/faulty_files.h"
#include "tests/kit/temporary_folder.h"
#include "tests/sim/model/model_store.h"

/// The stores that the contract suite runs on. Each subject is one store with its own clock:
///
///     Subject subject;  …  subject.store().accept(…)  …
///     subject.reopen();     // as after a stop of the process: everything written is there
///     subject.cut_power();  // what was not synced is gone
namespace belfry::contract {

class ManualClock final : public sync::Clock {
 public:
  [[nodiscard]] Moment now() const override { return now_; }
  void advance(Duration by) {
    now_.steady += by;
    now_.wall += by;
  }

 private:
  Moment now_{Instant{}, from_epoch_ms(1'772'439'330'417)};
};

class ModelSubject {
 public:
  using Store = sim::ModelStore;
  [[nodiscard]] Store& store() { return store_; }
  void reopen() {}
  void cut_power() { store_.crash(); }

 private:
  Store store_;
};

class RocksSubject {
 public:
  using Store = storage::RocksStore;
  RocksSubject();
  [[nodiscard]] Store& store() { return *store_; }
  void reopen();
  void cut_power();

  // for tests of this store alone
  [[nodiscard]] ManualClock& clock() { return clock_; }
  [[nodiscard]] FaultyFiles& files() { return *files_; }
  [[nodiscard]] const storage::StoreOptions& options() const { return options_; }
  void close() { store_.reset(); }
  Result<> open();

 private:
  kit::TemporaryFolder folder_;
  ManualClock clock_;
  std::shared_ptr<FaultyFiles> files_ = std::make_shared<FaultyFiles>();
  storage::StoreOptions options_;
  std::unique_ptr<Store> store_;
};

/// The master key of all stores in tests.
[[nodiscard]] storage::MasterKey test_key();

using Subjects = boost::mpl::list<ModelSubject, RocksSubject>;

/// The value of a Result that has to be one; fails the test with the error's text otherwise.
template <class T>
T must(Result<T> result) {
  if (!result) {
    throw std::runtime_error(std::string(name_of(result.error().kind)) + ": " +
                             result.error().text);
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace belfry::contract
