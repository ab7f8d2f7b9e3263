#pragma once

#include "sync/port/store.h"
#include "tests/kit/script.h"

namespace belfry::kit {

/// Accounts in a store whose operations fail as scripted.
class FaultyAccountStore : public sync::AccountStore {
 public:
  explicit FaultyAccountStore(sync::AccountStore& real) : real_(real) {}

  Script script;

  Result<std::optional<Account>> account(const MattermostUserId& user) override {
    return script.run("account", [&] { return real_.account(user); });
  }
  Result<std::optional<Account>> account_of(const TeamsUserId& teams_user) override {
    return script.run("account_of", [&] { return real_.account_of(teams_user); });
  }
  Result<std::vector<Account>> accounts(const MattermostUserId& after, std::size_t most) override {
    return script.run("accounts", [&] { return real_.accounts(after, most); });
  }
  std::uint64_t connected_accounts() const override { return real_.connected_accounts(); }
  Result<> connect(const Account& account, const AccountTokens& tokens) override {
    return script.run("connect", [&] { return real_.connect(account, tokens); });
  }
  Result<> update_account(const Account& account) override {
    return script.run("update_account", [&] { return real_.update_account(account); });
  }
  Result<bool> set_reading(const MattermostUserId& user, const Reading& reading) override {
    return script.run("set_reading", [&] { return real_.set_reading(user, reading); });
  }
  Result<> mark_disconnected(const MattermostUserId& user) override {
    return script.run("mark_disconnected", [&] { return real_.mark_disconnected(user); });
  }
  Result<> remove_account(const MattermostUserId& user) override {
    return script.run("remove_account", [&] { return real_.remove_account(user); });
  }
  Result<std::optional<AccountTokens>> tokens(const MattermostUserId& user) override {
    return script.run("tokens", [&] { return real_.tokens(user); });
  }
  Result<> store_tokens(const MattermostUserId& user, const AccountTokens& tokens) override {
    return script.run("store_tokens", [&] { return real_.store_tokens(user, tokens); });
  }

 private:
  sync::AccountStore& real_;
};

/// Lanes in a store whose operations fail as scripted.
class FaultyDeliveryStore : public sync::DeliveryStore {
 public:
  explicit FaultyDeliveryStore(sync::DeliveryStore& real) : real_(real) {}

  Script script;

  Result<std::vector<sync::LaneHead>> lanes() override {
    return script.run("lanes", [&] { return real_.lanes(); });
  }
  Result<std::optional<OutboxEntry>> head(const MattermostUserId& recipient) override {
    return script.run("head", [&] { return real_.head(recipient); });
  }
  Result<> record_upload(const OutboxEntry& entry, std::size_t place,
                         const FileState& state) override {
    return script.run("record_upload", [&] { return real_.record_upload(entry, place, state); });
  }
  Result<> mark_attempting(const OutboxEntry& entry, WallTime at) override {
    return script.run("mark_attempting", [&] { return real_.mark_attempting(entry, at); });
  }
  Result<> record_delivery(const OutboxEntry& entry, const Delivery& delivery) override {
    return script.run("record_delivery", [&] { return real_.record_delivery(entry, delivery); });
  }
  Result<> finish(const OutboxEntry& entry) override {
    return script.run("finish", [&] { return real_.finish(entry); });
  }
  Result<> postpone(const OutboxEntry& entry, Doubt doubt, int attempts, WallTime next_try,
                    const Error& why) override {
    return script.run("postpone",
                      [&] { return real_.postpone(entry, doubt, attempts, next_try, why); });
  }
  Result<> give_up(const OutboxEntry& entry, const Error& why, WallTime now) override {
    return script.run("give_up", [&] { return real_.give_up(entry, why, now); });
  }
  Result<bool> amend(const OutboxEntry& entry, const Delivery& buried) override {
    return script.run("amend", [&] { return real_.amend(entry, buried); });
  }
  Result<std::optional<Delivery>> delivery(const MessageRef& ref,
                                           const MattermostUserId& recipient) override {
    return script.run("delivery", [&] { return real_.delivery(ref, recipient); });
  }
  std::uint64_t outbox_entries() const override { return real_.outbox_entries(); }

 private:
  sync::DeliveryStore& real_;
};

/// Subscriptions and certificates in a store whose operations fail as scripted.
class FaultySubscriptionStore : public sync::SubscriptionStore {
 public:
  explicit FaultySubscriptionStore(sync::SubscriptionStore& real) : real_(real) {}

  Script script;

  Result<std::vector<Subscription>> subscriptions() override {
    return script.run("subscriptions", [&] { return real_.subscriptions(); });
  }
  Result<> put_subscription(const Subscription& subscription) override {
    return script.run("put_subscription", [&] { return real_.put_subscription(subscription); });
  }
  Result<> remove_subscription(const SubscriptionId& id) override {
    return script.run("remove_subscription", [&] { return real_.remove_subscription(id); });
  }
  Result<std::vector<EncryptionCertificate>> certificates() override {
    return script.run("certificates", [&] { return real_.certificates(); });
  }
  Result<> put_certificate(const EncryptionCertificate& certificate) override {
    return script.run("put_certificate", [&] { return real_.put_certificate(certificate); });
  }
  Result<> remove_certificate(const CertificateId& id) override {
    return script.run("remove_certificate", [&] { return real_.remove_certificate(id); });
  }

 private:
  sync::SubscriptionStore& real_;
};

}  // namespace belfry::kit
