#include "sync/policy/subscription_resource.h"

#include <boost/test/unit_test.hpp>

#include "sync/policy/subscribe_kinds.h"

namespace belfry::sync {
namespace {

BOOST_AUTO_TEST_SUITE(subscription_resource)

BOOST_AUTO_TEST_CASE(what_a_resource_is_about_is_read_from_it) {
  const ChatId chat{"19:a@thread.v2"};
  const TeamsUserId user{"u-1"};

  BOOST_TEST((chat_of_resource(chat_resource(chat)) == chat));
  BOOST_TEST((user_of_resource(account_resource(user, PaymentModel::b)) == user));
  for (const std::string& other :
       {tenant_resource(PaymentModel::a), account_resource(user, PaymentModel::none),
        std::string(k_chats_resource), std::string("/chats//messages"), std::string()})
    BOOST_TEST(!chat_of_resource(other), other);
  BOOST_TEST(!user_of_resource(tenant_resource(PaymentModel::b)));
}

BOOST_AUTO_TEST_CASE(only_single_chats_cost_nothing) {
  BOOST_TEST(is_metered(tenant_resource(PaymentModel::evaluation)));
  BOOST_TEST(is_metered(account_resource(TeamsUserId{"u"}, PaymentModel::b)));
  BOOST_TEST(!is_metered(chat_resource(ChatId{"c"})));
  BOOST_TEST(!is_metered(k_chats_resource));
}

BOOST_AUTO_TEST_CASE(the_payment_model_is_part_of_a_metered_resource) {
  BOOST_TEST(tenant_resource(PaymentModel::a) == "/chats/getAllMessages?model=A");
  BOOST_TEST(tenant_resource(PaymentModel::b) == "/chats/getAllMessages?model=B");
  BOOST_TEST(tenant_resource(PaymentModel::evaluation) == "/chats/getAllMessages");
  BOOST_TEST(tenant_resource(PaymentModel::none) == "/chats/getAllMessages");
}

BOOST_AUTO_TEST_CASE(kinds_are_tried_from_the_best_on) {
  using Kinds = std::vector<SubscribeKind>;
  const auto of = [](PaymentModel model) { return kinds_to_try(SubscribeKind::automatic, model); };

  BOOST_TEST((of(PaymentModel::evaluation) ==
              Kinds{SubscribeKind::chats, SubscribeKind::accounts, SubscribeKind::tenant}));
  BOOST_TEST((of(PaymentModel::a) == Kinds{SubscribeKind::tenant, SubscribeKind::chats}));
  BOOST_TEST((of(PaymentModel::b) ==
              Kinds{SubscribeKind::tenant, SubscribeKind::accounts, SubscribeKind::chats}));
  BOOST_TEST((kinds_to_try(SubscribeKind::accounts, PaymentModel::evaluation) ==
              Kinds{SubscribeKind::accounts}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
