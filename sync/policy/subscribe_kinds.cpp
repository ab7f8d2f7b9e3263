#include "sync/policy/subscribe_kinds.h"

namespace belfry::sync {

std::vector<SubscribeKind> kinds_to_try(SubscribeKind chosen, PaymentModel model) {
  if (chosen != SubscribeKind::automatic) return {chosen};
  switch (model) {
    case PaymentModel::evaluation:
      return {SubscribeKind::chats, SubscribeKind::accounts, SubscribeKind::tenant};
    case PaymentModel::a:
      return {SubscribeKind::tenant, SubscribeKind::chats};
    case PaymentModel::b:
    case PaymentModel::none:
      break;
  }
  return {SubscribeKind::tenant, SubscribeKind::accounts, SubscribeKind::chats};
}

}  // namespace belfry::sync
