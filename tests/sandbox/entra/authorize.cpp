#include <fmt/format.h>

#include "tests/sandbox/crypto.h"
#include "tests/sandbox/entra/entra_simulator.h"

/// The authorize endpoint: what a browser sees, and the redirects back to the app.
namespace belfry::sandbox {

namespace {

constexpr std::string_view k_style =
    "body{font:16px/1.5 'Segoe "
    "UI',system-ui,sans-serif;background:#eef1f5;margin:0;display:grid;place-items:center;"
    "min-height:100vh;color:#1b1b1b}main{background:#fff;padding:44px;width:380px;box-shadow:0 2px "
    "6px rgba(0,0,0,.2)}"
    "h1{font-size:24px;font-weight:600;margin:.4em 0}p{color:#555;margin:.3em 0 "
    "1em}ul{list-style:none;padding:0;margin:0}"
    "li{display:flex;justify-content:space-between;align-items:center;border-top:1px solid "
    "#e3e6ea;padding:10px 0}"
    "small{color:#666;display:block}a{text-decoration:none}.in{background:#0067b8;color:#fff;"
    "padding:6px 14px}"
    ".in:hover{background:#005a9e}.no{color:#0067b8}footer{margin-top:20px;font-size:13px;color:#"
    "666}";

std::string page(std::string_view title, std::string_view inside) {
  return fmt::format(
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width\"><title>{0}</title><style>{1}</style></"
      "head><body><main><div>Belfry sandbox "
      "&middot; simulated Entra ID</div><h1>{0}</h1>{2}</main></body></html>",
      title, k_style, inside);
}

std::string with_parameters(const std::string& uri, const NameValues& parameters) {
  std::string out = uri;
  char separator = uri.find('?') == std::string::npos ? '?' : '&';
  for (const auto& [name, value] : parameters) {
    out += fmt::format("{}{}={}", separator, name, percent_encode(value));
    separator = '&';
  }
  return out;
}

struct RedirectError {
  std::string_view error;
  int code;
  std::string_view text;
  std::string_view subcode = {};
};

/// Microsoft identity platform, "error codes for authorization endpoint errors".
RedirectError redirect_error(std::string_view error) {
  if (error == "access_denied")
    return {error, 65004, "User declined to consent to access the app.", "cancel"};
  if (error == "admin_consent")
    return {"access_denied", 90094, "Administrator consent is required."};
  if (error == "consent_required") return {error, 65001, "consent is missing."};
  if (error == "login_required")
    return {error, 50058, "Session information is not sufficient for single-sign-on."};
  if (error == "interaction_required") return {error, 50079, "Strong authentication is required."};
  if (error == "temporarily_unavailable")
    return {error, 90033, "A transient error has occurred. Please try again."};
  if (error == "invalid_request")
    return {error, 900144, "The request must contain all required parameters."};
  if (error == "unauthorized_client")
    return {error, 700016, "Application was not found in the directory."};
  if (error == "invalid_resource") return {error, 500011, "The resource principal was not found."};
  return {"server_error", 90006, "try again."};
}

WebReply redirect_with_error(const WebRequest& request, std::string_view name) {
  const RedirectError error = redirect_error(name);
  NameValues parameters{{"error", std::string(error.error)}};
  if (!error.subcode.empty()) parameters.emplace_back("error_subcode", error.subcode);
  parameters.emplace_back("error_description", fmt::format("AADSTS{}: {}", error.code, error.text));
  parameters.emplace_back(
      "error_uri", fmt::format("https://login.microsoftonline.com/error?code={}", error.code));
  parameters.emplace_back("state", request.query_value("state"));
  return redirect_reply(with_parameters(request.query_value("redirect_uri"), parameters));
}

WebReply page_with_error(int code, std::string_view text) {
  return html_reply(400, page("Sorry, but we're having trouble signing you in.",
                              fmt::format("<p>AADSTS{}: {}</p>", code, escape_html(text))));
}

WebReply choice_of_people(const WebRequest& request, const std::vector<Person>& people) {
  const std::string self = request.path + "?" + request.raw_query;
  const std::string hint = request.query_value("login_hint");
  std::string list;
  for (const Person& person : people) {
    const bool hinted = !hint.empty() && (equal_ignoring_case(hint, person.mail) ||
                                          equal_ignoring_case(hint, person.principal));
    const std::string entry = fmt::format(
        "<li><span>{}<small>{}</small></span><a class=\"in\" href=\"{}\">Sign in</a></li>",
        escape_html(person.name), escape_html(person.principal),
        escape_html(self + "&sandbox_person=" + percent_encode(person.id)));
    list = hinted ? entry + list : list + entry;
  }
  return html_reply(
      200, page("Pick an account",
                fmt::format("<p>to continue to <b>Belfry</b></p><ul>{}</ul><footer><a class=\"no\" "
                            "href=\"{}\">Cancel, do not consent</a></footer>",
                            list, escape_html(self + "&sandbox_answer=access_denied"))));
}

}  // namespace

WebReply EntraSimulator::authorize(const WebRequest& request, const std::string& tenant) {
  const EntraSettings current = settings();
  const std::string redirect_uri = request.query_value("redirect_uri");
  // Entra shows these on its own page: an unknown app or address must not be redirected to.
  if (!is_known_tenant(tenant)) return page_with_error(90002, "Tenant not found.");
  if (request.query_value("client_id") != directory_.client_id())
    return page_with_error(700016, "Application was not found in the directory.");
  if (redirect_uri.empty() ||
      (!current.redirect_uris.empty() && !current.redirect_uris.contains(redirect_uri)))
    return page_with_error(
        50011,
        "The redirect URI specified in the request does not match the redirect URIs "
        "configured for the application.");

  if (!current.authorize_error.empty())
    return redirect_with_error(request, current.authorize_error);
  if (request.has_query("sandbox_answer"))
    return redirect_with_error(request, request.query_value("sandbox_answer"));
  const std::string method = request.query_value("code_challenge_method");
  if (request.query_value("response_type") != "code" || request.query_value("scope").empty() ||
      (request.has_query("code_challenge") && method != "S256"))
    return redirect_with_error(request, "invalid_request");

  std::optional<Person> person;
  if (request.has_query("sandbox_person"))
    person = directory_.person(request.query_value("sandbox_person"));
  else if (current.sign_in == SignInMode::person)
    person = directory_.person(current.signs_in);
  else if (current.sign_in == SignInMode::hint && request.has_query("login_hint"))
    person = directory_.person_by_mail(request.query_value("login_hint"));
  if (!person && request.query_value("prompt") == "none")
    return redirect_with_error(request, "login_required");
  if (!person) return choice_of_people(request, directory_.people());
  if (!person->enabled) return page_with_error(50057, "The user account is disabled.");

  const std::string code = grants_.make_code({.person = person->id,
                                              .scopes = scope_names(request.query_value("scope")),
                                              .redirect_uri = redirect_uri,
                                              .challenge = request.query_value("code_challenge")});
  return redirect_reply(with_parameters(
      redirect_uri,
      {{"code", code}, {"state", request.query_value("state")}, {"session_state", random_guid()}}));
}

}  // namespace belfry::sandbox
