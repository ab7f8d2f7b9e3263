#include "sync/port/journal.h"

namespace belfry::sync {

const char* name_of(ChangeResult result) {
  switch (result) {
    case ChangeResult::planned:
      return "planned";
    case ChangeResult::nobody:
      return "nobody";
    case ChangeResult::system_event:
      return "system_event";
    case ChangeResult::chat_noted:
      return "chat_noted";
    case ChangeResult::not_delivered:
      return "not_delivered";
    case ChangeResult::reaction:
      return "reaction";
    case ChangeResult::gone:
      return "gone";
    case ChangeResult::foreign:
      return "foreign";
    case ChangeResult::known:
      return "known";
    case ChangeResult::forged:
      return "forged";
    case ChangeResult::dead:
      return "dead";
  }
  return "unknown";
}

const char* name_of(SkipReason reason) {
  switch (reason) {
    case SkipReason::sender:
      return "sender";
    case SkipReason::notifications_off:
      return "notifications_off";
    case SkipReason::active_in_teams:
      return "active_in_teams";
    case SkipReason::muted:
      return "muted";
    case SkipReason::disconnected:
      return "disconnected";
    case SkipReason::history_hidden:
      return "history_hidden";
    case SkipReason::read_in_teams:
      return "read_in_teams";
    case SkipReason::connected_later:
      return "connected_later";
  }
  return "unknown";
}

const char* name_of(DeliveryResult result) {
  switch (result) {
    case DeliveryResult::posted:
      return "posted";
    case DeliveryResult::patched:
      return "patched";
    case DeliveryResult::replied:
      return "replied";
    case DeliveryResult::removed:
      return "removed";
    case DeliveryResult::found:
      return "found";
    case DeliveryResult::amended:
      return "amended";
    case DeliveryResult::obsolete:
      return "obsolete";
  }
  return "unknown";
}

const char* name_of(Upstream upstream) {
  switch (upstream) {
    case Upstream::graph:
      return "graph";
    case Upstream::entra:
      return "entra";
    case Upstream::mattermost:
      return "mattermost";
  }
  return "unknown";
}

}  // namespace belfry::sync
