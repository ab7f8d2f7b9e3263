#pragma once

#include <cstdint>
#include <limits>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sandbox/clock.h"
#include "tests/sandbox/directory.h"
#include "tests/sandbox/entra/grants.h"
#include "tests/sandbox/entra/token_authority.h"
#include "tests/sandbox/entra/token_errors.h"
#include "tests/sandbox/simulator_server.h"

namespace belfry::sandbox {

enum class SignInMode {
  page,    ///< a person is chosen on a page
  hint,    ///< `login_hint` signs in at once when it names a person, else the page is shown
  person,  ///< the person of `EntraSettings::signs_in` signs in at once
};

struct EntraSettings {
  SignInMode sign_in = SignInMode::hint;
  std::string signs_in = {};  ///< id of a person
  std::string
      authorize_error;  ///< when set, the authorize endpoint redirects with this `error` at once
  std::set<std::string> redirect_uris = {};    ///< registered ones; empty: any
  std::set<std::string> withheld_scopes = {};  ///< people do not consent to these
  /// 0: random between 60 and 90 minutes, as in reality for users; apps get 60 then.
  std::int64_t access_token_s = 0;
  std::int64_t code_s = 600;                    ///< Entra: codes live about 10 minutes
  std::int64_t refresh_token_s = 90L * 86'400;  ///< Entra: 90 days from issue
};

/// A scripted answer of the token endpoint: one of token_errors(), for requests of that grant and
/// person.
struct TokenFailure {
  std::string name = {};
  std::string grant_type = {};  ///< empty: any
  std::string person = {};      ///< empty: any
  int times = std::numeric_limits<int>::max();
};

/// Entra ID: authorize page, token endpoint, keys.
///
/// Promises  Codes live 10 min and work once; PKCE S256 and the redirect URI are checked; each
/// refresh yields a new refresh
///           token while the old one goes on working; revoke_sessions() kills them all; access
///           tokens are real JWTs.
/// Threads   All functions from any thread.
/// Source    Microsoft identity platform, "authorization code flow", "client credentials flow",
/// "refresh tokens".
class EntraSimulator : public Simulator {
 public:
  EntraSimulator(SandboxClock& clock, Directory& directory, TokenAuthority& authority,
                 EntraSettings settings = {});

  WebReply answer(const WebRequest& request) override;
  [[nodiscard]] std::string operation(const WebRequest& request) const override;

  [[nodiscard]] EntraSettings settings() const;
  void change_settings(EntraSettings settings);

  /// False when there is no error of that name.
  bool fail_tokens(TokenFailure failure);
  void clear_failures();
  /// An administrator or the user ends all sessions: refresh tokens and codes die with 50173.
  void revoke_sessions(std::string_view person);
  /// A sign-in without a browser: what the code grant would have answered.
  struct SignIn {
    std::string access_token;
    std::string refresh_token;
  };
  [[nodiscard]] SignIn sign_in(std::string_view person, const std::set<std::string>& scopes);
  [[nodiscard]] std::size_t refresh_tokens_issued() const { return grants_.refresh_tokens(); }

 private:
  WebReply authorize(const WebRequest& request, const std::string& tenant);
  WebReply admin_consent(const WebRequest& request) const;
  WebReply token(const WebRequest& request, const std::string& tenant);
  WebReply client_credentials(const NameValues& form, const std::string& tenant);
  WebReply authorization_code(const NameValues& form);
  WebReply refresh_token(const NameValues& form);
  WebReply user_tokens(const Person& person, const std::set<std::string>& granted,
                       const std::set<std::string>& wanted, std::uint64_t session);
  WebReply openid_configuration(const WebRequest& request, bool version_2) const;

  [[nodiscard]] bool is_known_tenant(std::string_view tenant) const;
  [[nodiscard]] WebReply error(std::string_view name) const;
  [[nodiscard]] std::optional<WebReply> client_error(const NameValues& form,
                                                     const std::string& tenant) const;
  [[nodiscard]] std::optional<WebReply> scripted(const NameValues& form, const std::string& person);
  [[nodiscard]] std::optional<WebReply> refused_person(const std::string& person) const;
  [[nodiscard]] std::int64_t user_token_lifetime();

  SandboxClock& clock_;
  Directory& directory_;
  TokenAuthority& authority_;
  Grants grants_;

  mutable std::mutex mutex_;
  EntraSettings settings_;              // guarded by mutex_
  std::vector<TokenFailure> failures_;  // guarded by mutex_
  std::mt19937_64 dice_{1};             // guarded by mutex_
};

/// The names in a `scope` parameter, without the prefix of the Graph base URL.
[[nodiscard]] std::set<std::string> scope_names(std::string_view scope);

}  // namespace belfry::sandbox
