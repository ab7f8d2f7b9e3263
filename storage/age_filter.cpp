#include "storage/age_filter.h"

#include "storage/sealer.h"

namespace belfry::storage {
namespace {

class AgeFilter : public rocksdb::CompactionFilter {
 public:
  explicit AgeFilter(WallTime oldest) : oldest_(oldest) {}

  bool Filter(int /*level*/, const rocksdb::Slice& /*key*/, const rocksdb::Slice& value,
              std::string* /*changed*/, bool* /*is_changed*/) const override {
    const auto written = written_at(value.ToStringView());
    return written && *written < oldest_;
  }
  const char* Name() const override { return "belfry.age"; }

 private:
  const WallTime oldest_;
};

class AgeFilterFactory : public rocksdb::CompactionFilterFactory {
 public:
  AgeFilterFactory(Family family, Duration kept, const sync::Clock& clock)
      : name_(std::string("belfry.age.") + name_of(family)), kept_(kept), clock_(clock) {}

  std::unique_ptr<rocksdb::CompactionFilter> CreateCompactionFilter(
      const rocksdb::CompactionFilter::Context& /*context*/) override {
    return std::make_unique<AgeFilter>(clock_.now().wall - kept_);
  }
  const char* Name() const override { return name_.c_str(); }

 private:
  const std::string name_;
  const Duration kept_;
  const sync::Clock& clock_;
};

}  // namespace

std::shared_ptr<rocksdb::CompactionFilterFactory> age_filter(Family family, Duration kept,
                                                             const sync::Clock& clock) {
  return std::make_shared<AgeFilterFactory>(family, kept, clock);
}

}  // namespace belfry::storage
