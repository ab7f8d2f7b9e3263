#include "tests/sim/sim_teams.h"

#include <algorithm>

#include "tests/sim/sim_files.h"

namespace belfry::sim {
namespace {

constexpr const char* k_true_signature = "signed by Microsoft";
constexpr const char* k_true_token = "token of Microsoft";

Result<sync::RemoteSubscription> unused() {
  return fail(ErrorKind::refused, "no subscriptions in this world");
}

}  // namespace

const SimTeams::Said& SimTeams::say(const ChatId& chat, const TeamsUserId& sender) {
  const WallTime now = clock_.now().wall;
  last_id_ = std::max(last_id_ + 1, to_epoch_ms(now));
  const MessageRef ref{chat, MessageId{std::to_string(last_id_)}};
  return said_[ref] = Said{ref, sender, from_epoch_ms(last_id_), {}, {}};
}

void SimTeams::edit(const MessageRef& ref) {
  Said& said = said_.at(ref);
  const WallTime last = said.edits.empty() ? said.created : said.edits.back();
  said.edits.push_back(std::max(clock_.now().wall, last + Duration{1}));
}

void SimTeams::erase(const MessageRef& ref) {
  said_.at(ref).deleted = clock_.now().wall;
}

EncryptedResource SimTeams::seal(const MessageRef& ref) const {
  const Said& said = said_.at(ref);
  const std::string version = said.deleted ? "deleted" : std::to_string(said.edits.size());
  return {version,        k_true_signature,  "key", CertificateId{"certificate"},
          {k_true_token}, TenantId{"tenant"}};
}

EncryptedResource SimTeams::forge(const MessageRef&) {
  return {"forged",
          k_true_signature,
          "key",
          CertificateId{"certificate"},
          {"token of a rogue"},
          TenantId{"tenant"}};
}

std::string SimTeams::words_of(const MessageRef& ref, std::size_t version) {
  return "said" + ref.message.text() + "v" + std::to_string(version) + "end";
}

Message SimTeams::message_of(const Said& said, std::size_t version) const {
  Message message;
  message.ref = said.ref;
  message.created = said.created;
  message.modified = said.created;
  message.sender = Sender{Sender::Kind::user, said.sender, said.sender.text()};
  if (version > 0) message.edited = said.edits.at(version - 1);
  message.body = {MessageBody::Type::text, Content{words_of(said.ref, version)}};
  if (const std::string address = SimFiles::address_of(said.ref); !address.empty()) {
    message.attachments.push_back({"file", "reference", address, {}, Content{"file.bin"}});
  }
  return message;
}

Result<Message> SimTeams::message(const Secret&, const MessageRef& ref) {
  return turbulence_.request<Message>(ErrorKind::transient, [&]() -> Result<Message> {
    const auto found = said_.find(ref);
    if (found == said_.end()) return fail(ErrorKind::gone, "no such message");
    return newest_of(found->second);
  });
}

Message SimTeams::newest_of(const Said& said) const {
  Message message = message_of(said, said.edits.size());
  if (!said.edits.empty()) message.modified = said.edits.back();
  if (said.deleted) {
    message.deleted = said.deleted;
    message.modified = *said.deleted;
    message.body.content = Content{};
  }
  return message;
}

Result<Chat> SimTeams::chat(const Secret&, const ChatId& id) {
  return turbulence_.request<Chat>(ErrorKind::transient, [&]() -> Result<Chat> {
    const auto found = chats_.find(id);
    if (found == chats_.end()) return fail(ErrorKind::gone, "no such chat");
    Chat chat;
    chat.id = id;
    chat.type = Chat::Type::group;
    chat.topic = Content{"topic"};
    for (const TeamsUserId& member : found->second) {
      Member made;
      made.user = member;
      made.display_name = member.text();
      chat.members.push_back(made);
    }
    return chat;
  });
}

Result<sync::MemberPage> SimTeams::members(const Secret& bearer, const ChatId& id,
                                           const std::string&) {
  auto whole = chat(bearer, id);
  if (!whole) return fail(whole.error());
  return sync::MemberPage{std::move(whole->members), {}};
}

Result<std::vector<sync::Presence>> SimTeams::presence(const Secret&,
                                                       std::span<const TeamsUserId> users) {
  using Answer = std::vector<sync::Presence>;
  return turbulence_.request<Answer>(ErrorKind::transient, [&]() -> Result<Answer> {
    Answer answer;
    for (const TeamsUserId& user : users) {
      answer.push_back({user, std::find(active_.begin(), active_.end(), user) != active_.end()});
    }
    return answer;
  });
}

Result<sync::TeamsProfile> SimTeams::me(const Secret&) {
  return fail(ErrorKind::refused, "nobody connects in this world");
}

Result<sync::RemoteSubscription> SimTeams::subscribe(const Secret&,
                                                     const sync::SubscriptionRequest&) {
  return unused();
}

Result<std::vector<Result<sync::RemoteSubscription>>> SimTeams::renew(
    const Secret&, std::span<const sync::Renewal>, WallTime) {
  return unused();
}

Result<> SimTeams::unsubscribe(const Secret&, const SubscriptionId&) {
  return {};
}

Result<std::vector<sync::RemoteSubscription>> SimTeams::list_subscriptions(const Secret&) {
  return std::vector<sync::RemoteSubscription>{};
}

std::string SimTeams::authorize_url(const sync::AuthorizeRequest& request) const {
  return "https://login.example/" + request.state;
}

std::string SimTeams::code_challenge(const Secret& verifier) const {
  return verifier.reveal();
}

Result<sync::TokenGrant> SimTeams::app_token() {
  return turbulence_.request<sync::TokenGrant>(ErrorKind::transient, [&] {
    return Result<sync::TokenGrant>(sync::TokenGrant{Secret{"app-" + std::to_string(++grants_)},
                                                     std::chrono::minutes{60}, Secret{}, ""});
  });
}

Result<sync::TokenGrant> SimTeams::redeem_code(const Secret&, const Secret&, const std::string&) {
  return fail(ErrorKind::refused, "nobody connects in this world");
}

Result<sync::TokenGrant> SimTeams::refresh(const Secret&) {
  return turbulence_.request<sync::TokenGrant>(ErrorKind::transient, [&] {
    ++grants_;
    return Result<sync::TokenGrant>(
        sync::TokenGrant{Secret{"user-" + std::to_string(grants_)}, std::chrono::minutes{75},
                         Secret{"refresh-" + std::to_string(grants_)}, ""});
  });
}

sync::TokenVerdict SimTeams::verify(const EncryptedResource& resource, WallTime) const {
  const bool is_true = resource.validation_tokens == std::vector<std::string>{k_true_token};
  return is_true ? sync::TokenVerdict::valid : sync::TokenVerdict::invalid;
}

Result<Message> SimTeams::open(const EncryptedResource& resource,
                               const MessageRef& expected) const {
  if (resource.signature != k_true_signature) return fail(ErrorKind::refused, "signature");
  const Said& said = said_.at(expected);
  if (resource.data == "deleted") {
    Message message = message_of(said, 0);
    message.deleted = said.deleted;
    message.body.content = Content{};
    return message;
  }
  return message_of(said, std::stoul(resource.data));
}

Result<Message> SimTeams::read(const Content& json, const MessageRef& expected) const {
  const Said& said = said_.at(expected);
  if (json.reveal() == "deleted") {
    Message message = message_of(said, 0);
    message.deleted = said.deleted;
    message.body.content = Content{};
    return message;
  }
  return message_of(said, std::stoul(json.reveal()));
}

Result<> SimTeams::fetch_signing_keys() {
  return {};
}

Result<EncryptionCertificate> SimTeams::make_certificate(WallTime now) {
  return EncryptionCertificate{CertificateId{"certificate"}, Secret{"key"}, "certificate", now};
}

Result<> SimTeams::use_certificates(std::span<const EncryptionCertificate>) {
  return {};
}

}  // namespace belfry::sim
