#pragma once

#include <string>
#include <vector>

#include "tests/sandbox/sandbox.h"

namespace belfry::sandbox {

/// A small company to try things out with: six people of one tenant, a guest, and their chats.
struct Company {
  std::string mira;
  std::string tomas;
  std::string yuna;
  std::string ada;
  std::string jonas;
  std::string leila;
  std::string rui;  ///< a guest of another tenant

  // The six also have Mattermost users: mira, tomas, … with the same mail addresses.
  std::string bot_user;  ///< the bot `belfry` in Mattermost
  std::string bot_token;

  std::string release_crew;   ///< group of Mira, Tomas, Yuna and the guest
  std::string coffee;         ///< group of all six
  std::string mira_tomas;     ///< one-to-one
  std::string ada_jonas;      ///< one-to-one
  std::string budget_review;  ///< meeting of Mira, Ada and Leila

  [[nodiscard]] std::vector<std::string> people() const {
    return {mira, tomas, yuna, ada, jonas, leila};
  }
};

Company make_company(Sandbox& sandbox);

}  // namespace belfry::sandbox
