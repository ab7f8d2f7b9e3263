#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sync/model/account.h"
#include "sync/model/change.h"
#include "sync/model/chat.h"
#include "sync/model/delivery.h"
#include "sync/model/message.h"
#include "sync/policy/recipients.h"
#include "sync/port/signer.h"
#include "sync/port/time_zones.h"
#include "sync/render/phrases.h"

namespace belfry::sync {

/// A change with the full message and its chat.
struct ResolvedChange {
  MessageRef ref;
  ChangeKind kind = ChangeKind::created;  ///< what it proved to be
  Source source = Source::webhook;
  Message message;
  Chat chat;
  std::optional<MissedMessages> missed;       ///< `summary` only
  std::map<std::string, Content> snippets{};  ///< code that was fetched, by attachment
  bool was_withdrawn = false;                 ///< an edit may bring a text back that was hidden
};

/// Who is told, and what the rendering has to know of the chat's people.
struct Audience {
  std::vector<Account> told;
  std::vector<Account> members;  ///< all members with an account: mentions of them become @username
  ReadMarks read_to{};           ///< `summary` only
};

/// What the text of a post needs beside the message.
struct PlanPolicy {
  std::string teams_link_host = "teams.microsoft.com";
  TenantId tenant;
  /// The server's MaxPostSize; servers with old databases have as little as this.
  std::size_t max_post_runes = 4000;
  /// Both outlive the calls. Without zones all times are told in UTC.
  const render::Catalogue* catalogue = &render::Catalogue::built_in();
  const TimeZones* zones = nullptr;
};

/// Renders the post of each recipient, in their language and with the times of their zone. Pure.
[[nodiscard]] std::vector<PlannedDelivery> plan_deliveries(const ResolvedChange& change,
                                                           const Audience& audience, WallTime now,
                                                           const PlanPolicy& policy,
                                                           const Signer& signer);

}  // namespace belfry::sync
