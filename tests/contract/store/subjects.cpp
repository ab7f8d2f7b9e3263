#include "tests/contract/store/subjects.h"

namespace belfry::contract {

storage::MasterKey test_key() {
  return must(storage::MasterKey::parse("0123456789abcdef0123456789abcdef"));
}

RocksSubject::RocksSubject() {
  options_.path = (folder_.path() / "store").string();
  options_.env = std::shared_ptr<rocksdb::Env>(rocksdb::NewCompositeEnv(files_));
  must(open());
}

Result<> RocksSubject::open() {
  auto opened = Store::open(options_, test_key(), clock_);
  if (!opened) return belfry::fail(opened.error());
  store_ = std::move(*opened);
  return {};
}

void RocksSubject::reopen() {
  close();
  must(open());
}

void RocksSubject::cut_power() {
  files_->cut_power();
  close();
  files_->lose_unsynced();
  must(open());
}

}  // namespace belfry::contract
