#include <fmt/format.h>

#include "tests/sandbox/graph/errors.h"
#include "tests/sandbox/graph/graph_simulator.h"
#include "tests/sandbox/graph/paging.h"
#include "tests/sandbox/time_text.h"

/// The subscription resource and the handshake with its endpoints.
namespace belfry::sandbox {

namespace {

constexpr std::size_t k_longest_client_state = 128;
constexpr int k_least_key_bits = 2'048;
constexpr int k_most_key_bits = 4'096;

/// https, or http on the loopback address, which only a sandbox accepts.
bool is_acceptable(const std::string& url) {
  return url.starts_with("https://") || url.starts_with("http://127.0.0.1") ||
         url.starts_with("http://localhost") || url.starts_with("http://[::1]");
}

std::optional<std::set<ChangeKind>> changes_of(std::string_view text) {
  std::set<ChangeKind> out;
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (word.starts_with(' ')) word.remove_prefix(1);
    if (equal_ignoring_case(word, "created"))
      out.insert(ChangeKind::created);
    else if (equal_ignoring_case(word, "updated"))
      out.insert(ChangeKind::updated);
    else if (equal_ignoring_case(word, "deleted"))
      out.insert(ChangeKind::deleted);
    else
      return std::nullopt;
  }
  if (out.empty()) return std::nullopt;
  return out;
}

std::string text_of(const Poco::JSON::Object& json, const std::string& name) {
  const Poco::Dynamic::Var value = json.get(name);
  return value.isString() ? value.convert<std::string>() : std::string{};
}

std::string text_or_null(const std::string& text) {
  return text.empty() ? "null" : json_string(text);
}

enum class ClientState { shown, hidden };

std::string render(const Subscription& s, const Directory& directory, ClientState client_state,
                   const std::string& context) {
  std::string out = "{";
  if (!context.empty()) out += R"("@odata.context":)" + json_string(context) + ",";
  return out +
         fmt::format(
             R"("id":"{}","resource":{},"applicationId":"{}","changeType":{},"clientState":{},"notificationUrl":{},"notificationQueryOptions":null,"lifecycleNotificationUrl":{},"expirationDateTime":"{}","creatorId":"{}","includeResourceData":{},"latestSupportedTlsVersion":"{}","encryptionCertificate":null,"encryptionCertificateId":{},"notificationUrlAppId":null}})",
             s.id, json_string(s.resource.text), directory.client_id(), json_string(s.change_type),
             client_state == ClientState::shown ? text_or_null(s.client_state) : "null",
             json_string(s.notification_url), text_or_null(s.lifecycle_url),
             time_text(s.expires_ms), s.owner.empty() ? directory.app_object_id() : s.owner, s.rich,
             s.tls, text_or_null(s.certificate_id));
}

/// The text is opaque: blanks, colons and pluses show whether the endpoint decodes it as a form
/// value.
std::string new_validation_token() {
  return fmt::format(
      "Validation: Testing client application reachability for subscription Request-Id: {} {}+/=",
      random_guid(), random_text(12));
}

/// What is wrong with a certificate, or nothing.
std::string_view trouble_with(const std::optional<Certificate>& certificate) {
  if (!certificate) return "Certificate could not be parsed.";
  if (!certificate->is_rsa) return "Certificate must have an RSA key.";
  if (certificate->bits < k_least_key_bits || certificate->bits > k_most_key_bits)
    return "Certificate key size must be between 2048 and 4096 bits.";
  return {};
}

std::string_view trouble_with_expiry(const Subscription& wanted, std::int64_t now_ms,
                                     const GraphSettings& settings) {
  if (wanted.expires_ms <= now_ms) return "expirationDateTime must be in the future.";
  if (wanted.expires_ms > now_ms + settings.longest_expiry_ms)
    return "Subscription expiration can only be 4320 minutes in the future.";
  if (wanted.expires_ms > now_ms + settings.lifecycle_url_beyond_ms && wanted.lifecycle_url.empty())
    return "lifecycleNotificationUrl is a required property for subscription creation on this "
           "resource when the "
           "expirationDateTime value is set to greater than 1 hour.";
  return {};
}

void renew_access(Subscription& subscription, std::int64_t now_ms, const GraphSettings& settings) {
  subscription.access_until_ms = now_ms + settings.access_right_ms;
  subscription.next_reminder_ms = std::min(subscription.access_until_ms, subscription.expires_ms) -
                                  settings.reauthorization_every_ms;
}

}  // namespace

/// "Receive change notifications through webhooks", endpoint validation: 200, text/plain, the
/// decoded token, in 10 s.
std::optional<WebReply> GraphSimulator::handshake(const Call& call, const std::string& url) {
  const std::string token = new_validation_token();
  std::string encoded = percent_encode(token);
  for (auto at = encoded.find("%20"); at != std::string::npos; at = encoded.find("%20", at))
    encoded.replace(at, 3, "+");
  const std::string address =
      url + (url.find('?') == std::string::npos ? "?" : "&") + "validationToken=" + encoded;
  const auto invalid = [&](std::string_view why) {
    return refuse(call, 400, "ValidationError", why);
  };

  WebRequest outgoing{.method = "POST", .path = url};
  const auto fault = webhook_faults_.take(outgoing, "webhook.handshake");
  WebhookClient::Answer answer;
  if (fault && fault->action != FaultAction::none) {
    answer.trouble = "lost by the fault plan";
    if (fault->action == FaultAction::answer) answer.status = fault->status;
  } else {
    WebhookClient client(call.settings.courier.ca_file);
    const std::chrono::milliseconds limit{call.settings.handshake_deadline_ms};
    const std::chrono::milliseconds least{call.settings.courier.minimum_patience_real_ms * 4};
    const auto deadline = clock_.scale() > 0
                              ? std::max<std::chrono::nanoseconds>(clock_.real(limit), least)
                              : std::chrono::nanoseconds(limit);
    answer = client.post(address, "text/plain; charset=utf-8", "", deadline);
  }
  log_.add(outgoing, "webhook.handshake", answer.status, fault.has_value());
  if (answer.timed_out)
    return refuse(call, 400, "InvalidRequest", "Subscription validation request timed out.");
  if (answer.status == 0)
    return invalid(
        "Subscription validation request failed. Notification endpoint could not be reached.");
  if (answer.status != 200)
    return invalid(
        "Subscription validation request failed. Must respond with 200 OK to this request.");
  if (!lower_case(answer.content_type).starts_with("text/plain") || answer.body != token)
    return invalid(
        "Subscription validation request failed. Response must exactly match validationToken query "
        "parameter.");
  return std::nullopt;
}

/// Who may subscribe to what, and how it is paid for.
std::optional<WebReply> GraphSimulator::refused_resource(const Call& call,
                                                         const Subscription& wanted) const {
  if (auto no = forbidden(call, "Chat.Read.All", "Chat.Read")) return no;
  const Resource& resource = wanted.resource;
  const bool as_user = !call.caller.is_app();
  switch (resource.kind) {
    case ResourceKind::all_chats:
      if (as_user)
        return refuse(call, 403, "Forbidden",
                      "The resource is not supported in delegated context.");
      break;
    case ResourceKind::one_user:
      if (as_user && resource.target != wanted.owner)
        return refuse(call, 403, "Forbidden", "A user can only subscribe to the own chats.");
      if (!directory_.person(resource.target))
        return refuse(call, 404, "ResourceNotFound", "User not found.");
      break;
    case ResourceKind::one_chat: {
      bool member = false;
      bool is_foreign = false;
      const bool known = world_.read(resource.target, [&](const Chat& chat) {
        member = chat.member(wanted.owner) != nullptr;
        is_foreign = chat.tenant != directory_.tenant_id();
      });
      if (!known) return refuse(call, 404, "ResourceNotFound", "Chat not found.");
      // As for reads: what another tenant hosts is for its members only.
      if (!as_user && is_foreign)
        return refuse(call, 403, "Forbidden", "The chat is not owned by the tenant.");
      if (as_user && !member)
        return refuse(call, 403, "Forbidden", "User is not a member of the chat.");
      break;
    }
    case ResourceKind::chats_themselves:
      if (as_user)
        return refuse(call, 403, "Forbidden",
                      "The resource is not supported in delegated context.");
      break;
    case ResourceKind::other:
      break;
  }
  const std::string& model = resource.model;
  if (!model.empty() && model != "A" && model != "B")
    return refuse(call, 400, "InvalidRequest", "Invalid payment model.");
  if (model == "A" && resource.kind == ResourceKind::one_user && !call.settings.model_a_on_users)
    return refuse(call, 400, "InvalidRequest",
                  "The payment model 'A' is not supported for this resource.");
  if (!model.empty() && !call.settings.billing)
    return refuse(call, 402, "PaymentRequired",
                  "To call this API, the app must be associated with an Azure subscription, see "
                  "https://aka.ms/teams-api-payment-requirements for details.");
  return std::nullopt;
}

/// Reads what the body asks for; the text says what is wrong with it, if anything.
std::string_view GraphSimulator::read_wanted(const Call& call, const Poco::JSON::Object& body,
                                             Subscription& wanted) {
  wanted.change_type = text_of(body, "changeType");
  const auto changes = changes_of(wanted.change_type);
  if (!changes) return "changeType must be a list of 'created', 'updated' and 'deleted'.";
  wanted.changes = *changes;

  wanted.notification_url = text_of(body, "notificationUrl");
  wanted.lifecycle_url = text_of(body, "lifecycleNotificationUrl");
  if (!is_acceptable(wanted.notification_url))
    return "The notification URL must be an HTTPS address.";
  if (!wanted.lifecycle_url.empty() && !is_acceptable(wanted.lifecycle_url))
    return "The lifecycle notification URL must be an HTTPS address.";
  wanted.client_state = text_of(body, "clientState");
  if (wanted.client_state.size() > k_longest_client_state)
    return "clientState must not exceed 128 characters.";
  wanted.tls = body.optValue<std::string>("latestSupportedTlsVersion", "v1_2");

  const auto expiry = parse_time(text_of(body, "expirationDateTime"));
  wanted.expires_ms = expiry.value_or(0);
  if (const auto trouble = trouble_with_expiry(wanted, call.now_ms, call.settings);
      !trouble.empty())
    return trouble;

  wanted.rich = body.optValue<bool>("includeResourceData", false);
  wanted.certificate_id = text_of(body, "encryptionCertificateId");
  if (!wanted.rich) return {};
  if (!body.has("encryptionCertificate") || wanted.certificate_id.empty())
    return "encryptionCertificate and encryptionCertificateId are required when "
           "includeResourceData is set.";
  const auto certificate = read_certificate(text_of(body, "encryptionCertificate"));
  if (certificate) wanted.certificate = *certificate;
  return trouble_with(certificate);
}

WebReply GraphSimulator::create_subscription(const Call& call) {
  const auto body = parse_object(call.request.body);
  if (body.isNull()) return refuse(call, 400, "BadRequest", "Unable to read JSON request payload.");
  Subscription wanted;
  const auto resource = parse_resource(text_of(*body, "resource"), call.caller.claims.person);
  if (!resource) return refuse(call, 400, "InvalidRequest", "Invalid resource.");
  wanted.resource = *resource;
  wanted.owner = call.caller.claims.person;
  if (auto no = refused_resource(call, wanted)) return *no;
  if (const auto trouble = read_wanted(call, *body, wanted); !trouble.empty())
    return refuse(call, 400, "InvalidRequest", trouble);

  const auto refused = [&](const SubscriptionBook::Refusal& refusal) {
    if (refusal.existing.empty())
      return refuse(
          call, 403, "Forbidden",
          fmt::format("Operation: Create; Exception: [Status Code: Forbidden; Reason: {}]",
                      refusal.quota));
    return refuse(call, 409, "Conflict",
                  fmt::format("Subscription Id {} already exists for the requested combination",
                              refusal.existing));
  };
  if (const auto no = book_.refusal(wanted, call.settings, call.now_ms)) return refused(*no);
  if (auto no = handshake(call, wanted.notification_url)) return *no;
  if (!wanted.lifecycle_url.empty())
    if (auto no = handshake(call, wanted.lifecycle_url)) return *no;

  const std::int64_t now = clock_.now_ms();
  wanted.id = random_guid();
  renew_access(wanted, now, call.settings);
  const std::string json = render(wanted, directory_, ClientState::shown,
                                  call.base + "/v1.0/$metadata#subscriptions/$entity");
  if (const auto no = book_.add(std::move(wanted), call.settings, now)) return refused(*no);
  return json_text_reply(201, json);
}

WebReply GraphSimulator::list_subscriptions(const Call& call) const {
  std::size_t start = 0;
  if (call.request.has_query("$skiptoken")) {
    const auto token = read_page_token(call.request.query_value("$skiptoken"), 1);
    if (!token) return refuse(call, 400, "BadRequest", "Invalid skip token.");
    start = static_cast<std::size_t>((*token)[0]);
  }
  std::vector<SubscriptionPtr> all = book_.all(call.now_ms);
  std::erase_if(all, [&](const SubscriptionPtr& s) {
    return !call.caller.is_app() && s->owner != call.caller.claims.person;
  });
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a->id < b->id; });
  Page page{.context = call.base + "/v1.0/$metadata#subscriptions", .counted = false};
  const std::size_t end = std::min(all.size(), start + call.settings.subscriptions_page);
  for (std::size_t i = start; i < end; ++i)
    page.rows.push_back(render(*all[i], directory_, ClientState::hidden, ""));
  if (end < all.size())
    page.next =
        next_link(call.base, call.request, make_page_token({static_cast<std::int64_t>(end)}));
  return page_reply(page);
}

WebReply GraphSimulator::get_subscription(const Call& call) const {
  const SubscriptionPtr found = book_.find(call.route.item, call.now_ms);
  if (!found) return refuse(call, 404, "ResourceNotFound", "The object was not found.");
  return json_text_reply(200, render(*found, directory_, ClientState::hidden,
                                     call.base + "/v1.0/$metadata#subscriptions/$entity"));
}

WebReply GraphSimulator::renew_subscription(const Call& call) {
  const auto bad = [&](std::string_view why) { return refuse(call, 400, "InvalidRequest", why); };
  const SubscriptionPtr before = book_.find(call.route.item, call.now_ms);
  if (!before) return refuse(call, 404, "ResourceNotFound", "The object was not found.");
  if (auto no = forbidden(call, "Chat.Read.All", "Chat.Read")) return *no;
  const auto body = parse_object(call.request.body);
  if (body.isNull()) return refuse(call, 400, "BadRequest", "Unable to read JSON request payload.");

  Subscription wanted = *before;
  if (body->has("expirationDateTime")) {
    wanted.expires_ms = parse_time(text_of(*body, "expirationDateTime")).value_or(0);
    const auto trouble = trouble_with_expiry(wanted, call.now_ms, call.settings);
    if (!trouble.empty()) return bad(trouble);
  }
  std::optional<Certificate> certificate;
  if (body->has("encryptionCertificate")) {
    certificate = read_certificate(text_of(*body, "encryptionCertificate"));
    if (const auto trouble = trouble_with(certificate); !trouble.empty()) return bad(trouble);
    if (text_of(*body, "encryptionCertificateId").empty())
      return bad("encryptionCertificateId is required with a certificate.");
  }
  const std::string url = text_of(*body, "notificationUrl");
  if (!url.empty() && url != before->notification_url) {
    if (!is_acceptable(url)) return bad("The notification URL must be an HTTPS address.");
    if (auto no = handshake(call, url)) return *no;
  }

  const std::int64_t now = clock_.now_ms();
  const SubscriptionPtr after = book_.change(call.route.item, now, [&](Subscription& s) {
    s.expires_ms = wanted.expires_ms;
    renew_access(s, now, call.settings);
    if (!url.empty()) s.notification_url = url;
    if (certificate) s.certificate = *certificate;
    if (certificate) s.certificate_id = text_of(*body, "encryptionCertificateId");
  });
  if (!after) return refuse(call, 404, "ResourceNotFound", "The object was not found.");
  courier_.release(after->id);
  return json_text_reply(200, render(*after, directory_, ClientState::hidden,
                                     call.base + "/v1.0/$metadata#subscriptions/$entity"));
}

WebReply GraphSimulator::reauthorize_subscription(const Call& call) {
  if (auto no = forbidden(call, "Chat.Read.All", "Chat.Read")) return *no;
  const SubscriptionPtr after = book_.change(call.route.item, call.now_ms, [&](Subscription& s) {
    renew_access(s, call.now_ms, call.settings);
  });
  if (!after) return refuse(call, 404, "ResourceNotFound", "The object was not found.");
  courier_.release(after->id);
  return empty_reply(204);
}

WebReply GraphSimulator::delete_subscription(const Call& call) {
  if (!book_.find(call.route.item, call.now_ms) || !book_.remove(call.route.item))
    return refuse(call, 404, "ResourceNotFound", "The object was not found.");
  return empty_reply(204);
}

}  // namespace belfry::sandbox
